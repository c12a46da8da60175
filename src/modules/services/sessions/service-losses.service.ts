import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { Presence } from '../../realtime/ports/presence.js';
import { GuestPlaces } from './guest-places.service.js';
import { HostGrace } from './host-grace.service.js';
import { ServiceDirectory } from '../directory/service-directory.service.js';
import { ServicePeers } from './service-peers.service.js';
import { ServiceSessions } from './service-sessions.service.js';
import { type HostSession, type Peer, type SessionOwner } from '../service-state.js';
import { PEERS, SESSIONS } from '../services.channels.js';
import { topic, type Topic } from '../../realtime/fan-out/topic.js';

// Topics between nodes.
const PEER = topic<Lost<Peer>, boolean>('services.keep-host');
const SESSION = topic<Lost<HostSession>, boolean>('services.keep-session');
/** Seconds after which a session ends on its own, should nobody find that its host is lost. */
const BACKSTOP_SECONDS = 5;

interface Lost<T> {
  readonly service: number;
  readonly id: string;
  readonly data: T;
  /**
   * Name of the node that has it, if that is shutting down; not needed for dead nodes, which no node knows any more.
   */
  readonly leaving?: string | undefined;
}

/**
 * Treats the hosts, clients, guests and sessions of a lost node as if their sockets had ended. A host is lost in two
 * parts, in any order: its entry among the peers decides whether the session ends or waits; the session's record is
 * kept as long as nobody has ended the session.
 */
@Injectable()
export class ServiceLosses implements BeforeApplicationShutdown {
  private leaving = false;

  constructor(
    presence: Presence,
    private readonly cluster: ClusterQuery,
    private readonly identity: NodeIdentity,
    private readonly directory: ServiceDirectory,
    private readonly peers: ServicePeers,
    private readonly places: GuestPlaces,
    private readonly sessions: ServiceSessions,
    private readonly grace: HostGrace,
  ) {
    presence.onLost(SESSIONS, (service, lost) => this.lostSession({ service: Number(service), ...lost }));
    presence.onLost(PEERS, (service, lost) => this.lostPeer({ service: Number(service), ...lost }));
    cluster.answer(PEER, (lost) => this.keepHost(lost));
    cluster.answer(SESSION, (lost) => this.keepSession(lost));
  }

  /** What this node still has afterwards must continue on another one. */
  beforeApplicationShutdown(): void {
    this.leaving = true;
  }

  private async lostPeer(lost: Lost<Peer>): Promise<void> {
    const { service, id, data } = lost;
    const { role, session, announced } = data;
    if (role === 'host' && session !== null) return this.lostHost(lost, session);
    if (announced) this.peers.announceLeave(service, role, id);
    if (role === 'guest' && session !== null) await this.places.free(service, session);
  }

  private async lostHost(lost: Lost<Peer>, session: string): Promise<void> {
    const { service, id, data } = lost;
    const owner = await this.sessions.ownerOf(service, session);
    if (owner?.user === id && data.announced) {
      const waits =
        this.isHeld(owner, this.ownName) || owner.until !== null || (await this.graceOf(service, this.leaving)) > 0;
      if (waits && (await this.somewhere(PEER, lost, () => this.keepHost(lost)))) return;
    }
    const ended = await this.sessions.retire(service, session);
    if (ended) this.sessions.announceEnd({ ...ended, isHostKnown: data.announced });
    else if (data.announced) this.peers.announceLeave(service, 'host', id);
  }

  /** @returns false when this node cannot */
  private async keepHost({ service, id, data }: Lost<Peer>): Promise<boolean> {
    if (this.leaving || data.session === null) return false;
    if (!(await this.peers.putBack(service, id, data))) return true;
    if ((await this.sessions.ownerOf(service, data.session)) !== undefined) return true;
    // The session was ended meanwhile, perhaps by somebody who did not see that the host was still known.
    if (await this.peers.leave(service, id)) this.peers.announceLeave(service, 'host', id);
    return true;
  }

  private async lostSession(lost: Lost<HostSession>): Promise<void> {
    const { service, id, data } = lost;
    const isLive = (await this.sessions.ownerOf(service, id)) !== undefined;
    if (isLive && (await this.somewhere(SESSION, lost, () => this.keepSession(lost)))) return;
    await this.sessions.revokeCode(service, id, data);
  }

  /** @returns false when this node cannot */
  private async keepSession({ service, id, data, leaving }: Lost<HostSession>): Promise<boolean> {
    if (this.leaving) return false;
    if (!(await this.sessions.putBack(service, id, data))) return true;
    await this.sessions.keep(service, id, data);
    const owner = await this.sessions.ownerOf(service, id);
    if (owner === undefined) {
      await this.sessions.revokeCode(service, id, data);
      if (await this.sessions.clear(service, id, data.host)) this.peers.announceLeave(service, 'host', data.host);
    } else if (!this.isHeld(owner, leaving)) {
      const seconds = (await this.graceOf(service, leaving !== undefined)) || BACKSTOP_SECONDS;
      // If this fails, the host has just come back and holds the session.
      await this.grace.begin(service, id, owner, seconds);
    }
    return true;
  }

  /** Acts here or, when this node is shutting down, on any other. @returns whether some node did */
  private async somewhere<T>(
    asked: Topic<Lost<T>, boolean>,
    lost: Lost<T>,
    here: () => Promise<boolean>,
  ): Promise<boolean> {
    if (!this.leaving) return here();
    return (await this.cluster.ask(asked, { ...lost, leaving: this.ownName })).answers.some(({ value }) => value);
  }

  /** Whether the host is connected to a living node, so that only this part of it was lost. */
  private isHeld({ connection, until }: SessionOwner, leaving: string | undefined): boolean {
    const [node = ''] = connection.split('-');
    return until === null && node !== leaving && this.cluster.knows(node);
  }

  /** This node's name while it is shutting down. */
  private get ownName(): string | undefined {
    return this.leaving ? this.identity.name : undefined;
  }

  /**
   * Seconds that sessions of a service wait for their host now. `drained` when its node is shutting down and has not
   * died.
   */
  private async graceOf(service: number, drained: boolean): Promise<number> {
    const settings = await this.directory.find(service);
    return settings === undefined ? 0 : this.grace.seconds(settings.hostGraceSeconds, drained);
  }
}
