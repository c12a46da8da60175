import { Injectable } from '@nestjs/common';
import { DigestLookup } from '../../common/database/digest-lookup.js';
import { AppError } from '../../common/errors/app-error.js';
import { type JsonObjectText } from '../../common/json/json-object-text.js';
import { AttemptThrottle } from '../realtime/attempt-throttle.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { Hub } from '../realtime/hub.js';
import { type LiveCode, PublicCodes } from './public-codes.service.js';
import { principalOf, type ServiceConnection, servicePrincipal, type ServicePrincipal } from './service-connection.js';
import { ServiceDirectory } from './service-directory.service.js';
import { ServiceHosts } from './service-hosts.service.js';
import { ServicePeers } from './service-peers.service.js';
import { canonicalToken, tokenDigest } from './service-token.js';
import { audienceChannel, keys, sessionChannel } from './services.channels.js';
import { authorized, type ServiceSettings } from './services.events.js';
import { ServicesRepository } from './services.repository.js';

/** Scope of the throttle. */
const TRIES = 'services';

/**
 * Turns strangers into hosts, clients and guests. Whoever is admitted hears its channels before it is told so, and
 * the others hear of it after that.
 */
@Injectable()
export class ServiceAdmission {
  private readonly lookup: DigestLookup<ServiceSettings>;

  constructor(
    repository: ServicesRepository,
    private readonly throttle: AttemptThrottle,
    private readonly store: EphemeralStore,
    private readonly hub: Hub,
    private readonly directory: ServiceDirectory,
    private readonly peers: ServicePeers,
    private readonly codes: PublicCodes,
    private readonly hosts: ServiceHosts,
  ) {
    this.lookup = new DigestLookup((digests) => repository.findByTokens(digests));
  }

  /**
   * Admits by the first message, `{"token": …, "name"?: …}`. A connection that has closed meanwhile is left alone.
   * @throws AppError `unauthenticated` or `invalid_credentials` when the token does not count, `conflict` when the
   * session is full, `rate_limited` when this address tries too often
   */
  async login(connection: ServiceConnection, message: JsonObjectText): Promise<void> {
    const token = message.parse('token');
    if (!token) throw new AppError('unauthenticated', 'Unauthorized. Expected {"token": "<token>"}');
    const given = message.parse('name');
    const name = typeof given === 'string' ? given : undefined;
    const canonical = typeof token === 'string' ? canonicalToken(token) : undefined;
    if (canonical !== undefined) return this.loginByToken(connection, canonical, name);
    return this.loginByCode(connection, typeof token === 'string' ? token : '', name);
  }

  /** The connection has ended: those who heard of its coming hear of its going, unless they have already. */
  async leave(connection: ServiceConnection): Promise<void> {
    const principal = principalOf(connection);
    if (principal === null) return;
    const { kind: role, id: user, settings, session } = principal;
    if (role === 'host') return this.hosts.left(connection, principal);
    if (await this.peers.leave(settings.id, user)) this.peers.announceLeave(settings.id, role, user);
    if (role === 'guest' && session !== null) await this.freePlace(settings.id, session);
  }

  /** Tokens cannot be guessed, so only the answer to a wrong one waits: owners get in from any crowded address. */
  private async loginByToken(connection: ServiceConnection, token: string, name: string | undefined): Promise<void> {
    const digest = tokenDigest(token);
    const stored = await this.lookup.find(digest);
    const settings = stored && (await this.directory.settle(stored));
    const hex = digest.toString('hex');
    const isHost = settings?.hostDigest === hex;
    if (settings === undefined || (!isHost && settings.clientDigest !== hex)) {
      if (await this.try(connection)) throw invalidToken();
      return;
    }
    await this.throttle.succeeded(TRIES, connection.address);
    if (connection.closed) return;
    await (isHost ? this.hosts.login(connection, settings, name) : this.enterClient(connection, settings, name));
  }

  private async enterClient(
    connection: ServiceConnection,
    settings: ServiceSettings,
    name: string | undefined,
  ): Promise<void> {
    const { id } = settings;
    const user = await this.peers.enter(connection, settings, 'client', null);
    const current = await this.directory.find(id);
    const valid = current?.clientDigest === settings.clientDigest;
    // From here to the welcome nothing may be awaited but the bus: the first thing a newcomer hears is its success.
    const heard = valid && this.hub.subscribe(connection, audienceChannel(id));
    if (heard instanceof Promise) await heard;
    if (!valid || connection.closed) {
      await this.peers.leave(id, user);
      if (connection.closed) return;
      throw invalidToken();
    }
    await this.welcome(connection, servicePrincipal(current, 'client', user, null, name), name);
  }

  /** Codes can be guessed, so every try is counted, and waits, before it is looked at. */
  private async loginByCode(connection: ServiceConnection, code: string, name: string | undefined): Promise<void> {
    if (!(await this.try(connection))) return;
    const live = await this.codes.find(code);
    if (!live) throw invalidToken();
    const settings = await this.directory.find(live.service);
    if (!settings?.allowPublicCode) throw invalidToken();
    await this.throttle.succeeded(TRIES, connection.address);
    if (connection.closed) return;
    await this.enterGuest(connection, settings, code, live, name);
  }

  private async enterGuest(
    connection: ServiceConnection,
    settings: ServiceSettings,
    code: string,
    { session }: LiveCode,
    name: string | undefined,
  ): Promise<void> {
    const { id, guestLimit } = settings;
    // Before the code is looked at again: should the session end in between, this connection hears it.
    await this.hub.subscribe(connection, sessionChannel(id, session));
    const limit = guestLimit === null ? {} : { limit: guestLimit };
    if ((await this.store.increment(keys.guests(id, session), 1, limit)) === undefined) {
      throw new AppError('conflict', 'Session is full');
    }
    const user = await this.peers.enter(connection, settings, 'guest', session);
    const current = await this.directory.find(id);
    const valid = current?.allowPublicCode === true && (await this.codes.isLive(code, id, session));
    // From here to the welcome nothing may be awaited but the bus: the first thing a newcomer hears is its success.
    const heard = valid && this.hub.subscribe(connection, audienceChannel(id));
    if (heard instanceof Promise) await heard;
    if (!valid || connection.closed) {
      await this.peers.leave(id, user);
      await this.freePlace(id, session);
      if (connection.closed) return;
      throw invalidToken();
    }
    const selectors = [this.codes.selectorOf(code)];
    await this.welcome(connection, servicePrincipal(current, 'guest', user, session, name, selectors), name);
  }

  private async welcome(
    connection: ServiceConnection,
    principal: ServicePrincipal,
    name: string | undefined,
  ): Promise<void> {
    connection.admit(principal);
    // Whoever is revoked is closed by that; its end cleans up.
    if (connection.closed) return;
    this.hub.sendTo(connection, authorized(principal.kind));
    await this.peers.announce(connection, principal, name);
  }

  private async freePlace(service: number, session: string): Promise<void> {
    const key = keys.guests(service, session);
    if ((await this.store.increment(key, -1)) === 0) await this.store.release(key, 0);
  }

  private try(connection: ServiceConnection): Promise<boolean> {
    return this.throttle.attempt(TRIES, connection.address, () => connection.closed);
  }
}

function invalidToken(): AppError {
  return new AppError('invalid_credentials', 'Invalid token');
}
