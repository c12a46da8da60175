import { Injectable } from '@nestjs/common';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { Hub } from '../realtime/hub.js';
import { Presence, type PresenceMember } from '../realtime/presence.js';
import { PublicCodes } from './public-codes.service.js';
import { ServicePeers } from './service-peers.service.js';
import { audienceChannel, keys, sessionChannel, sessionsOf, userChannel } from './services.channels.js';
import { kicked, left } from './services.events.js';

/** The time a host is connected; guests belong to it. */
export interface HostSession {
  readonly code: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** User id of the host. */
  readonly host: string;
  /** Whether the host's socket has ended and the session waits for it to come back. */
  readonly away: boolean;
}

/** Who holds a session. */
export type SessionOwner = Readonly<{ connection: string; user: string }>;

/** A session that has ended; its end is still to be told. */
export interface EndedSession {
  readonly service: number;
  readonly id: string;
  readonly host: string;
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
    return this.presence.list<HostSession>(sessionsOf(service));
  }

  find(service: number, id: string): Promise<PresenceMember<HostSession> | undefined> {
    return this.presence.get<HostSession>(sessionsOf(service), id);
  }

  async enter(service: number, id: string, session: HostSession): Promise<void> {
    await this.presence.enter(sessionsOf(service), { id, data: session });
  }

  async update(service: number, id: string, session: HostSession): Promise<void> {
    await this.presence.update(sessionsOf(service), { id, data: session });
  }

  async ownerOf(service: number, id: string): Promise<SessionOwner | undefined> {
    return this.store.get<SessionOwner & Record<string, unknown>>(keys.owner(service, id));
  }

  /**
   * Ends a session, on behalf of `owner` only if that is given: its code stops working at once.
   * @returns `undefined` when it had ended already or belongs to another owner; else its end is to be announced
   */
  async retire(service: number, id: string, owner?: SessionOwner): Promise<EndedSession | undefined> {
    const key = keys.owner(service, id);
    if (owner !== undefined && !(await this.store.release(key, owner))) return undefined;
    const held = owner ?? (await this.store.take<SessionOwner & Record<string, unknown>>(key));
    if (held === undefined) return undefined;
    await this.clear(service, id, held.user);
    return { service, id, host: held.user };
  }

  /** Removes what a session leaves behind. Idempotent. */
  async clear(service: number, id: string, host: string): Promise<void> {
    const member = await this.presence.leave<HostSession>(sessionsOf(service), id);
    if (member !== undefined && member.data.code !== null) await this.codes.revoke(member.data.code, service, id);
    await this.peers.leave(service, host);
  }

  /**
   * Tells everybody that a session has ended: its guests and its host are closed by force, guests before the others
   * hear that the host has left.
   */
  announceEnd(ended: EndedSession, why: Kick = KICKED.guests): void {
    const { service, id, host } = ended;
    const guestsHear = why === KICKED.newHost ? KICKED.guests : why;
    this.hub.disconnect(sessionChannel(service, id), DISCONNECT.forced, kicked(guestsHear));
    this.hub.publish(audienceChannel(service), left('host', host));
    this.hub.disconnect(userChannel(service, host), DISCONNECT.forced, kicked(why));
  }

  /** Ends every session of a service. */
  async endAll(service: number, why: Kick): Promise<void> {
    for (const { id } of await this.list(service)) {
      const ended = await this.retire(service, id);
      if (ended) this.announceEnd(ended, why);
    }
  }
}
