import { Injectable } from '@nestjs/common';
import { randomHex } from '../../common/security/random.js';
import { Hub } from '../realtime/hub.js';
import { Presence, type PresenceMember } from '../realtime/presence.js';
import { type ServiceConnection } from './service-connection.js';
import { peersOf, serviceChannel, userChannel } from './services.channels.js';
import { type ServiceRole } from './services.events.js';

/** Somebody who is connected to a service; a host also while its session waits for it to come back. */
export interface Peer {
  readonly role: ServiceRole;
  /** Id of a host's or guest's session. */
  readonly session: string | null;
}

const USER_ID = /^[0-9a-f]{6}$/;

/** Who is connected to each service, under which user id. */
@Injectable()
export class ServicePeers {
  constructor(
    private readonly presence: Presence,
    private readonly hub: Hub,
  ) {}

  /**
   * Gives a connection a user id that nobody else in the service has. It can be addressed and kicked from now on.
   * @returns the user id
   */
  async enter(connection: ServiceConnection, service: number, peer: Peer): Promise<string> {
    let user: string;
    do user = randomHex(6);
    while (!(await this.presence.enter(peersOf(service), { id: user, data: peer })));
    await this.address(connection, service, user);
    return user;
  }

  /** Lets a connection be addressed and kicked as `user`. */
  async address(connection: ServiceConnection, service: number, user: string): Promise<void> {
    await this.hub.subscribe(connection, serviceChannel(service));
    await this.hub.subscribe(connection, userChannel(service, user));
  }

  /** @returns whether `user` was there: exactly one of two callers gets true, and that one announces the leave */
  async leave(service: number, user: string): Promise<boolean> {
    return (await this.presence.leave(peersOf(service), user)) !== undefined;
  }

  /** Whether somebody with this user id is connected; synchronous when that is on this node. */
  has(service: number, user: string): boolean | Promise<boolean> {
    // Also keeps hostile ids out of channel names.
    if (!USER_ID.test(user)) return false;
    if (this.hub.localCount(userChannel(service, user)) > 0) return true;
    return this.presence.get(peersOf(service), user).then((peer) => peer !== undefined);
  }

  list(service: number): Promise<PresenceMember<Peer>[]> {
    return this.presence.list<Peer>(peersOf(service));
  }
}
