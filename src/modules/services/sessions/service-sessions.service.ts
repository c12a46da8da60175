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

/** A session that has ended; its end must still be announced. */
export interface EndedSession {
  readonly service: number;
  readonly id: string;
  readonly host: string;
  /** Whether the host's leave must be announced with it. */
  readonly isHostKnown: boolean;
}

/** Texts of forced disconnects. */
export const KICKED = {
  guests: 'Session ended by host',
  newHost: 'Kicked by new host',
  admin: 'Session ended by administrator',
  rotated: 'Token rotated',
  deleted: 'Service deleted',
} as const;
type Kick = (typeof KICKED)[keyof typeof KICKED];

/**
 * Host sessions, their codes and their end. A session ends exactly once: by whoever removes its owner from the store.
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
   * Ties a live session, with everything it has, to the life of this node, even if its record was lost with another
   * node. Leaves a session alone that has ended.
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

  /** Puts back a record that was lost with a dead node. @returns false when somebody already has */
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
   * Ends a session; with `owner`, only if that holds it. Its code stops working at once.
   * @returns the end, to be announced; `undefined` when it had already ended or has another owner
   */
  async retire(service: number, id: string, owner?: SessionOwner): Promise<EndedSession | undefined> {
    const key = keys.owner(service, id);
    if (owner !== undefined && !(await this.store.release(key, owner))) return undefined;
    const held = owner ?? (await this.store.take(key));
    if (held === undefined) return undefined;
    return { service, id, host: held.user, isHostKnown: await this.clear(service, id, held.user) };
  }

  /** Removes what a session leaves behind. Idempotent. @returns whether the host's leave must now be announced */
  async clear(service: number, id: string, host: string): Promise<boolean> {
    const member = await this.presence.leave(SESSIONS.of(service), id);
    if (member !== undefined) await this.revokeCode(service, id, member.data);
    return this.peers.leave(service, host);
  }

  /** Makes the code of an ended session stop working. Idempotent. */
  async revokeCode(service: number, id: string, { code }: HostSession): Promise<void> {
    if (code !== null) await this.codes.revoke(code, service, id);
  }

  /**
   * Announces that a session has ended. Its guests and host are closed by force, the guests before the others hear that
   * the host has left.
   */
  announceEnd(ended: EndedSession, why: Kick = KICKED.guests): void {
    const { service, id, host, isHostKnown } = ended;
    const guestsHear = why === KICKED.newHost ? KICKED.guests : why;
    this.hub.disconnect(sessionChannel(service, id), DISCONNECT.forced, kicked(guestsHear));
    if (isHostKnown) this.peers.announceLeave(service, 'host', host);
    this.hub.disconnect(userChannel(service, host), DISCONNECT.forced, kicked(why));
  }

  /** Makes guests of a session leave with it, even if the broker does not deliver its end. */
  watch(service: number, id: string): void {
    const channel = sessionChannel(service, id);
    const stands = async () => (await this.ownerOf(service, id)) !== undefined;
    const end = () => {
      this.hub.disconnectHere(channel, { reason: DISCONNECT.forced, event: kicked(KICKED.guests) });
    };
    this.hub.keep(channel, standing(stands, end));
  }

  /**
   * Makes a host of this node leave even if the broker does not deliver that its session has ended or been taken over.
   */
  watchHost(service: number, id: string, user: string, connection: string): void {
    const channel = userChannel(service, user);
    // Any socket on this node will do: when one replaces another here, that is announced here.
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
