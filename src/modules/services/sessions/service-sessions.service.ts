import { Injectable } from '@nestjs/common';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { standing } from '../../realtime/fan-out/picture.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { PublicCodes } from '../directory/public-codes.service.js';
import { ServicePeers } from './service-peers.service.js';
import { keys, sessionChannel, SESSIONS, userChannel } from '../services.channels.js';
import { kicked } from '../services.events.js';
import { type HostSession, type SessionOwner } from '../service-state.js';

/** A session that has ended; its end is still to be told. */
export interface EndedSession {
  readonly service: number;
  readonly id: string;
  readonly host: string;
  /** Whether the host's leave is to be announced with it. */
  readonly isHostKnown: boolean;
}

/** What forced disconnects say. */
export const KICKED = {
  guests: 'Session ended by host',
  newHost: 'Kicked by new host',
  admin: 'Session ended by administrator',
  rotated: 'Token rotated',
  deleted: 'Service deleted',
} as const;
type Kick = (typeof KICKED)[keyof typeof KICKED];

/**
 * Host sessions: their codes, their end. A session ends once, whoever wants it to: the one who removes its owner from
 * the store ends it.
 */
@Injectable()
export class ServiceSessions {
  constructor(
    private readonly store: EphemeralStore,
    private readonly presence: Presence,
    private readonly hub: Hub,
    private readonly peers: ServicePeers,
    private readonly codes: PublicCodes,
  ) {}

  list(service: number): Promise<PresenceMember<HostSession>[]> {
    return this.presence.list(SESSIONS.of(service));
  }

  find(service: number, id: string): Promise<PresenceMember<HostSession> | undefined> {
    return this.presence.get(SESSIONS.of(service), id);
  }

  async enter(service: number, id: string, session: HostSession): Promise<void> {
    await this.presence.enter(SESSIONS.of(service), { id, data: session });
  }

  /**
   * A session that lives does so by this node from now on, with all it has, even if its record went with another node.
   * One that has ended is left alone.
   */
  async keep(service: number, id: string, session: HostSession): Promise<void> {
    const { code, codeExpires, host } = session;
    await this.store.replace(keys.seat(service), id, id);
    if (code !== null && !codeExpires) await this.codes.adopt(code, service, id);
    const member = { id, data: session };
    while (!(await this.presence.update(SESSIONS.of(service), member, { adopt: true }))) {
      if ((await this.ownerOf(service, id)) === undefined) return;
      if (!(await this.presence.enter(SESSIONS.of(service), member))) continue;
      if ((await this.ownerOf(service, id)) !== undefined) return;
      // Whoever ended it meanwhile may not have seen the record.
      if (await this.clear(service, id, host)) this.peers.announceLeave(service, 'host', host);
    }
  }

  /** Puts back the record that a dead node took along. @returns false when somebody did so before */
  putBack(service: number, id: string, session: HostSession): Promise<boolean> {
    return this.presence.enter(SESSIONS.of(service), { id, data: session });
  }

  /** Whether the session waits for its host. */
  async isAway(service: number, id: string): Promise<boolean> {
    return typeof (await this.ownerOf(service, id))?.until === 'number';
  }

  async ownerOf(service: number, id: string): Promise<SessionOwner | undefined> {
    return this.store.get(keys.owner(service, id));
  }

  /**
   * Ends a session, on behalf of `owner` only if that is given: its code stops working at once.
   * @returns `undefined` when it had ended already or belongs to another owner; else its end is to be announced
   */
  async retire(service: number, id: string, owner?: SessionOwner): Promise<EndedSession | undefined> {
    const key = keys.owner(service, id);
    if (owner !== undefined && !(await this.store.release(key, owner))) return undefined;
    const held = owner ?? (await this.store.take(key));
    if (held === undefined) return undefined;
    return { service, id, host: held.user, isHostKnown: await this.clear(service, id, held.user) };
  }

  /** Removes what a session leaves behind. Idempotent. @returns whether the host's leave is now to be announced */
  async clear(service: number, id: string, host: string): Promise<boolean> {
    const member = await this.presence.leave(SESSIONS.of(service), id);
    if (member !== undefined) await this.revokeCode(service, id, member.data);
    return this.peers.leave(service, host);
  }

  /** The code of a session that has ended stops working. Idempotent. */
  async revokeCode(service: number, id: string, { code }: HostSession): Promise<void> {
    if (code !== null) await this.codes.revoke(code, service, id);
  }

  /**
   * Tells everybody that a session has ended: its guests and its host are closed by force, guests before the others
   * hear that the host has left.
   */
  announceEnd(ended: EndedSession, why: Kick = KICKED.guests): void {
    const { service, id, host, isHostKnown } = ended;
    const guestsHear = why === KICKED.newHost ? KICKED.guests : why;
    this.hub.disconnect(sessionChannel(service, id), DISCONNECT.forced, kicked(guestsHear));
    if (isHostKnown) this.peers.announceLeave(service, 'host', host);
    this.hub.disconnect(userChannel(service, host), DISCONNECT.forced, kicked(why));
  }

  /** From now on guests of a session go with it also when the bus did not bring its end. */
  watch(service: number, id: string): void {
    const channel = sessionChannel(service, id);
    const stands = async () => (await this.ownerOf(service, id)) !== undefined;
    const end = () => {
      this.hub.disconnectHere(channel, { reason: DISCONNECT.forced, event: kicked(KICKED.guests) });
    };
    this.hub.keep(channel, standing(stands, end));
  }

  /** From now on a host of this node goes also when the bus did not bring that its session has ended or is another's. */
  watchHost(service: number, id: string, user: string, connection: string): void {
    const channel = userChannel(service, user);
    // Of any socket on this node: one that takes another's place here is told of that here.
    const node = connection.slice(0, connection.indexOf('-') + 1);
    const stands = async () => (await this.ownerOf(service, id))?.connection.startsWith(node) === true;
    const end = () => {
      this.hub.disconnectHere(channel, { reason: DISCONNECT.forced, event: kicked(KICKED.newHost) });
    };
    this.hub.keep(channel, standing(stands, end));
  }

  /** Ends the sessions of a service that began before its settings had `version`. */
  async endAll(service: number, why: Kick, version = Infinity): Promise<void> {
    for (const { id, data } of await this.list(service)) {
      if (data.version >= version) continue;
      const ended = await this.retire(service, id);
      if (ended) this.announceEnd(ended, why);
    }
  }
}
