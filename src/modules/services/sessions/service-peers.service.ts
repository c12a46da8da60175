import { Injectable } from '@nestjs/common';
import { randomHex } from '../../../common/security/random.js';
import { type Channel } from '../../realtime/channel.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { type ServiceConnection, type ServicePrincipal } from '../service-connection.js';
import { audienceChannel, hostsChannel, PEERS, serviceChannel, userChannel } from '../services.channels.js';
import { type Peer } from '../service-state.js';
import {
  joined,
  kicked,
  left,
  type ServiceRole,
  type ServicesEvent,
  type ServiceSettings,
} from '../services.events.js';

/** What a service's pictures hold of somebody. */
type Told = Pick<Peer, 'role' | 'name'>;

const USER_ID = /^[0-9a-f]{6}$/;

/**
 * Who is connected to each service, under which user id, and what the others hear of it: hosts of clients and guests,
 * those of hosts. Of everybody they hear one join and behind it one leave, or nothing, whoever ends the connection and
 * whenever: a peer that is removed before it counts as announced has its leave announced by its own login.
 */
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
  async enter(
    connection: ServiceConnection,
    { id: service, version }: ServiceSettings,
    role: ServiceRole,
    session: string | null,
  ): Promise<string> {
    const data: Peer = { role, session, version, announced: false };
    let user: string;
    do user = randomHex(6);
    while (!(await this.presence.enter(PEERS.of(service), { id: user, data })));
    await this.address(connection, service, user);
    return user;
  }

  /** Lets a connection be addressed and kicked as `user`. */
  async address(connection: ServiceConnection, service: number, user: string): Promise<void> {
    await Promise.all([
      this.hub.subscribe(connection, serviceChannel(service)),
      this.hub.subscribe(connection, userChannel(service, user)),
    ]);
  }

  /** Tells the others, before anything is awaited, that a connection has come. One that was sent away already goes. */
  async announce(principal: ServicePrincipal, name: string | undefined): Promise<void> {
    const { kind: role, id: user, session, settings } = principal;
    this.hub.keep(role === 'host' ? principal.hosts : principal.audience, this.pictureOf(settings.id, role === 'host'));
    this.hub.announce(hearersOf(settings.id, role), joined(role, user, name));
    const data: Peer = { role, session, version: settings.version, announced: true, name };
    if (await this.presence.update(PEERS.of(settings.id), { id: user, data })) return;
    this.announceLeave(settings.id, role, user);
    this.hub.disconnect(userChannel(settings.id, user), DISCONNECT.forced, kicked('Sent away'));
  }

  /** Removes `user`. @returns whether its leave is now the caller's to announce */
  async leave(service: number, user: string): Promise<boolean> {
    return (await this.remove(service, user))?.announced === true;
  }

  /** Removes `user`. @returns what it was; exactly one of two racing callers gets it */
  async remove(service: number, user: string): Promise<Peer | undefined> {
    return (await this.presence.leave(PEERS.of(service), user))?.data;
  }

  /** A host that goes on elsewhere is listed as long as this node from now on. */
  async adopt(service: number, user: string, data: Peer): Promise<void> {
    const known = await this.presence.get(PEERS.of(service), user);
    const adopted: Peer = { ...data, name: known?.data.name };
    await this.presence.update(PEERS.of(service), { id: user, data: adopted }, { adopt: true });
  }

  /** Puts back whom a dead node took along. @returns false when somebody did so before */
  putBack(service: number, user: string, data: Peer): Promise<boolean> {
    return this.presence.enter(PEERS.of(service), { id: user, data });
  }

  announceLeave(service: number, role: ServiceRole, user: string): void {
    this.hub.announce(hearersOf(service, role), left(role, user));
  }

  async isAnnounced(service: number, user: string): Promise<boolean> {
    return (await this.presence.get(PEERS.of(service), user))?.data.announced === true;
  }

  /** Whether somebody with this user id is connected; synchronous when that is on this node. */
  has(service: number, user: string): boolean | Promise<boolean> {
    // Also keeps hostile ids out of channel names.
    if (!USER_ID.test(user)) return false;
    if (this.hub.localCount(userChannel(service, user)) > 0) return true;
    return this.presence.get(PEERS.of(service), user).then((peer) => peer !== undefined);
  }

  list(service: number): Promise<PresenceMember<Peer>[]> {
    return this.presence.list(PEERS.of(service));
  }

  /** Of clients and guests for hosts, of hosts for those. */
  private pictureOf(service: number, forHosts: boolean): PictureSubject<Told, ServicesEvent> {
    const channel = forHosts ? hostsChannel(service) : audienceChannel(service);
    return {
      read: async () =>
        (await this.list(service))
          .filter(({ data }) => (data.role === 'host') !== forHosts)
          .map(({ id, data: { role, announced, name } }) => [id, announced ? toldOf(role, name) : undefined]),
      changes: (event) => {
        if (event.type === 'services.joined') return [[event.user, toldOf(event.role, event.name)]];
        return event.type === 'services.left' ? [[event.user, undefined]] : [];
      },
      tell: (missed) => {
        for (const { id, before, now } of missed) {
          if (before !== undefined && now === undefined) this.hub.publishHere(channel, left(before.role, id));
          else if (before === undefined && now !== undefined) {
            this.hub.publishHere(channel, joined(now.role, id, now.name));
          }
        }
      },
    };
  }
}

const toldOf = (role: ServiceRole, name: string | undefined): Told => ({ role, ...(name !== undefined && { name }) });

/** Who hears of somebody's coming and going. */
const hearersOf = (service: number, role: ServiceRole): Channel<ServicesEvent> =>
  role === 'host' ? audienceChannel(service) : hostsChannel(service);
