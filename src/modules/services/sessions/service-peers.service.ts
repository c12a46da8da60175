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

/** What a service's pictures hold of a peer. */
type Told = Pick<Peer, 'role' | 'name'>;

const USER_ID = /^[0-9a-f]{6}$/;

/**
 * Who is connected to each service, under which user id, and what others are told: hosts hear of clients and guests,
 * those of hosts. For each peer they hear one join followed by one leave, or nothing, however and whenever the
 * connection ends. If a peer is removed before it counts as announced, its own login announces the leave.
 */
@Injectable()
export class ServicePeers {
  constructor(
    private readonly presence: Presence,
    private readonly hub: Hub,
  ) {}

  /**
   * Gives a connection a user id that nobody else in the service has. From then on it can be addressed and kicked.
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

  /**
   * Tells the others that a connection has joined, before anything is awaited. If it has already been removed, it is
   * closed.
   */
  async announce(principal: ServicePrincipal, name: string | undefined): Promise<void> {
    const { kind: role, id: user, session, settings } = principal;
    this.hub.keep(role === 'host' ? principal.hosts : principal.audience, this.pictureOf(settings.id, role === 'host'));
    this.hub.announce(hearersOf(settings.id, role), joined(role, user, name));
    const data: Peer = { role, session, version: settings.version, announced: true, name };
    if (await this.presence.update(PEERS.of(settings.id), { id: user, data })) return;
    this.announceLeave(settings.id, role, user);
    this.hub.disconnect(userChannel(settings.id, user), DISCONNECT.forced, kicked('Sent away'));
  }

  /** Removes `user`. @returns whether the caller must announce its leave */
  async leave(service: number, user: string): Promise<boolean> {
    return (await this.remove(service, user))?.announced === true;
  }

  /** Removes `user`. @returns its entry; of two concurrent callers, exactly one gets it */
  async remove(service: number, user: string): Promise<Peer | undefined> {
    return (await this.presence.leave(PEERS.of(service), user))?.data;
  }

  /** Ties the entry of a host that continues here to the life of this node. */
  async adopt(service: number, user: string, data: Peer): Promise<void> {
    const known = await this.presence.get(PEERS.of(service), user);
    const adopted: Peer = { ...data, name: known?.data.name };
    await this.presence.update(PEERS.of(service), { id: user, data: adopted }, { adopt: true });
  }

  /** Puts back a peer that was lost with a dead node. @returns false when somebody already has */
  putBack(service: number, user: string, data: Peer): Promise<boolean> {
    return this.presence.enter(PEERS.of(service), { id: user, data });
  }

  announceLeave(service: number, role: ServiceRole, user: string): void {
    this.hub.announce(hearersOf(service, role), left(role, user));
  }

  async isAnnounced(service: number, user: string): Promise<boolean> {
    return (await this.presence.get(PEERS.of(service), user))?.data.announced === true;
  }

  /** Whether somebody with this user id is connected; synchronous if on this node. */
  has(service: number, user: string): boolean | Promise<boolean> {
    // Also keeps hostile ids out of channel names.
    if (!USER_ID.test(user)) return false;
    if (this.hub.localCount(userChannel(service, user)) > 0) return true;
    return this.presence.get(PEERS.of(service), user).then((peer) => peer !== undefined);
  }

  list(service: number): Promise<PresenceMember<Peer>[]> {
    return this.presence.list(PEERS.of(service));
  }

  /** The picture of clients and guests for hosts, or of hosts for those. */
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

/** Who is told of somebody's joining and leaving. */
const hearersOf = (service: number, role: ServiceRole): Channel<ServicesEvent> =>
  role === 'host' ? audienceChannel(service) : hostsChannel(service);
