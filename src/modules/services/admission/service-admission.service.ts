import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { GuestPlaces } from '../sessions/guest-places.service.js';
import { PublicCodes } from '../directory/public-codes.service.js';
import { principalOf, type ServiceConnection, servicePrincipal, type ServicePrincipal } from '../service-connection.js';
import { invalidToken, ServiceCredentials } from './service-credentials.service.js';
import { ServiceDirectory } from '../directory/service-directory.service.js';
import { ServiceHosts } from '../sessions/service-hosts.service.js';
import { ServicePeers } from '../sessions/service-peers.service.js';
import { audienceChannel, sessionChannel } from '../services.channels.js';
import { authorized, type ServiceSettings } from '../services.events.js';
import { type LiveCode } from '../service-state.js';

/**
 * Admits connections as hosts, clients or guests. Newcomers are subscribed to their channels before they are told that
 * they are in; the others are told after that.
 */
@Injectable()
export class ServiceAdmission {
  constructor(
    private readonly credentials: ServiceCredentials,
    private readonly places: GuestPlaces,
    private readonly hub: Hub,
    private readonly directory: ServiceDirectory,
    private readonly peers: ServicePeers,
    private readonly codes: PublicCodes,
    private readonly hosts: ServiceHosts,
  ) {}

  /**
   * Admits by the first message, with its token and optional name, each of any type. Does nothing to a connection that
   * has closed meanwhile.
   * @throws AppError `unauthenticated` or `invalid_credentials` when the token is not valid, `conflict` when the
   * session is full, `rate_limited` when this address tries too often
   */
  async login(connection: ServiceConnection, token: unknown, given: unknown): Promise<void> {
    if (!token) throw new AppError('unauthenticated', 'Unauthorized. Expected {"token": "<token>"}');
    const name = typeof given === 'string' ? given : undefined;
    const entitled = await this.credentials.check(connection, token);
    if (entitled === undefined) return;
    const { settings } = entitled;
    if (entitled.role === 'guest') return this.enterGuest(connection, settings, entitled.code, entitled.live, name);
    if (entitled.role === 'client') return this.enterClient(connection, settings, name);
    return this.hosts.login(connection, settings, name);
  }

  /**
   * Called when the connection has ended. Those who were told that it joined are told that it left, unless they have
   * been already.
   */
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

  private async enterGuest(
    connection: ServiceConnection,
    settings: ServiceSettings,
    code: string,
    { session }: LiveCode,
    name: string | undefined,
  ): Promise<void> {
    const { id } = settings;
    // Before the code is checked again: if the session ends in between, this connection hears of it.
    await this.hub.subscribe(connection, sessionChannel(id, session));
    this.hosts.watchSession(id, session);
    await this.places.take(settings, session);
    let user: string | undefined;
    const check = async (): Promise<ServicePrincipal | undefined> => {
      user = await this.peers.enter(connection, settings, 'guest', session);
      const current = await this.directory.find(id);
      if (current?.allowPublicCode !== true || !(await this.codes.isLive(code, id, session))) return undefined;
      return servicePrincipal(current, 'guest', user, session, name, {
        code,
        credential: this.codes.selectorOf(code),
      });
    };
    const undo = async (): Promise<void> => {
      if (user === undefined || (await this.peers.remove(id, user))) await this.places.free(id, session);
    };
    await this.admit(connection, id, name, { check, undo });
  }

  /**
   * Admits a client or guest as the principal that `check` returns; without one, calls `undo`.
   * @throws AppError `invalid_credentials` when it may not enter, unless its socket has closed
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

  /** Nothing may be awaited until the success is sent, which must be the first thing a newcomer hears. */
  private async welcome(
    connection: ServiceConnection,
    principal: ServicePrincipal,
    name: string | undefined,
  ): Promise<void> {
    void this.hub.subscribe(connection, principal.audience);
    connection.admit(principal);
    // Admission closes those who are revoked; the end of the connection then cleans up.
    if (connection.closed) return;
    this.hub.sendTo(connection, authorized(principal.kind));
    await this.peers.announce(principal, name);
  }
}
