import { Injectable } from '@nestjs/common';
import { DigestLookup } from '../../common/database/digest-lookup.js';
import { AppError } from '../../common/errors/app-error.js';
import { type JsonObjectText } from '../../common/json/json-object-text.js';
import { AttemptThrottle } from '../realtime/attempt-throttle.js';
import { Hub } from '../realtime/hub.js';
import { GuestPlaces } from './guest-places.service.js';
import { type LiveCode, PublicCodes } from './public-codes.service.js';
import { principalOf, type ServiceConnection, servicePrincipal, type ServicePrincipal } from './service-connection.js';
import { ServiceDirectory } from './service-directory.service.js';
import { ServiceHosts } from './service-hosts.service.js';
import { ServicePeers } from './service-peers.service.js';
import { canonicalToken, tokenDigest } from './service-token.js';
import { audienceChannel, sessionChannel } from './services.channels.js';
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
    private readonly places: GuestPlaces,
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
    const left = await this.peers.remove(settings.id, user);
    if (left?.announced) this.peers.announceLeave(settings.id, role, user);
    // Whoever removes a guest gives its place back.
    if (left && role === 'guest' && session !== null) await this.places.free(settings.id, session);
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
    const check = async (): Promise<ServicePrincipal | undefined> => {
      const current = await this.directory.find(id);
      if (current?.clientDigest !== settings.clientDigest) return undefined;
      return servicePrincipal(current, 'client', user, null, name);
    };
    await this.admit(connection, id, name, { check, undo: () => this.peers.remove(id, user) });
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
    const { id } = settings;
    // Before the code is looked at again: should the session end in between, this connection hears it.
    await this.hub.subscribe(connection, sessionChannel(id, session));
    await this.places.take(settings, session);
    let user: string | undefined;
    const check = async (): Promise<ServicePrincipal | undefined> => {
      user = await this.peers.enter(connection, settings, 'guest', session);
      const current = await this.directory.find(id);
      if (current?.allowPublicCode !== true || !(await this.codes.isLive(code, id, session))) return undefined;
      return servicePrincipal(current, 'guest', user, session, name, [this.codes.selectorOf(code)]);
    };
    const undo = async (): Promise<void> => {
      if (user === undefined || (await this.peers.remove(id, user))) await this.places.free(id, session);
    };
    await this.admit(connection, id, name, { check, undo });
  }

  /**
   * Lets a client or guest in if `check` says as whom, else does `undo`.
   * @throws AppError `invalid_credentials` when it may not, unless its socket has gone
   */
  private async admit(
    connection: ServiceConnection,
    service: number,
    name: string | undefined,
    { check, undo }: { check: () => Promise<ServicePrincipal | undefined>; undo: () => Promise<unknown> },
  ): Promise<void> {
    let welcomed: Promise<void> | undefined;
    try {
      const release = await this.hub.hold(audienceChannel(service));
      try {
        const principal = await check();
        if (principal !== undefined && !connection.closed) welcomed = this.welcome(connection, principal, name);
      } finally {
        release();
      }
    } finally {
      if (welcomed === undefined) await undo();
    }
    if (welcomed !== undefined) return welcomed;
    if (!connection.closed) throw invalidToken();
  }

  /** Until the success is sent nothing is awaited: that is the first thing a newcomer hears. */
  private async welcome(
    connection: ServiceConnection,
    principal: ServicePrincipal,
    name: string | undefined,
  ): Promise<void> {
    void this.hub.subscribe(connection, principal.audience);
    connection.admit(principal);
    // Whoever is revoked is closed by that; its end cleans up.
    if (connection.closed) return;
    this.hub.sendTo(connection, authorized(principal.kind));
    await this.peers.announce(connection, principal, name);
  }

  private try(connection: ServiceConnection): Promise<boolean> {
    return this.throttle.attempt(TRIES, connection.address, () => connection.closed);
  }
}

function invalidToken(): AppError {
  return new AppError('invalid_credentials', 'Invalid token');
}
