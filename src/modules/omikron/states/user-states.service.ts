import { Injectable } from '@nestjs/common';
import { fits, MAX_CHARACTERS } from '../../../common/text/characters.js';
import { Clock } from '../../../common/time/clock.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import { inSlices } from '../../realtime/ports/ephemeral-store.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { idsOf, type MessageData } from '../omikron-message.js';
import { type ClientPrincipal, type OmikronConnection } from '../omikron-connection.js';
import { type SocketState } from '../omikron-state.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { SOCKETS, stateChannel } from '../omikron.channels.js';
import { type OmikronEvent } from '../omikron.events.js';
import { OmikronRepository } from '../omikron.repository.js';
import { Retries } from '../../realtime/resilience/retries.js';
import { canonicalUuid } from '../uuid.js';

// States that the Omikron itself sets; clients may set any other.
export const ONLINE = 'online';
const USER_OFFLINE = 'user_offline';
const IOTA_OFFLINE = 'iota_offline';

/** Users whose state one client may watch. */
const MAX_WATCHED = 1_000;

/** Who is online, in which state, and who watches. */
@Injectable()
export class UserStates {
  constructor(
    private readonly presence: Presence,
    private readonly sessions: IotaSessions,
    private readonly repository: OmikronRepository,
    private readonly hub: Hub,
    private readonly clock: Clock,
    private readonly retries: Retries,
  ) {
    presence.onLost(SOCKETS, (_, { data }) => this.left(data));
  }

  /** Adds a socket of a user, which gets the state of the user's other sockets. */
  async enter({ id, written, socket, session }: ClientPrincipal): Promise<void> {
    const others = await this.sockets(id, session);
    const state = newest(others)?.state ?? ONLINE;
    const at = others.length === 0 ? this.clock.now() : 0;
    await this.presence.enter(SOCKETS.of(id), { id: socket, data: { user: id, written, session, state, at } });
    if (others.length === 0) this.announce(id, written, state);
  }

  async leave({ id, socket }: ClientPrincipal): Promise<void> {
    const member = await this.presence.leave(SOCKETS.of(id), socket);
    if (member !== undefined) await this.left(member.data);
  }

  /** A client sets its user's state. @throws OmikronRefusal when the state is missing or invalid */
  async change(
    { id, written, socket, session }: ClientPrincipal,
    data: MessageData,
    reply: string | undefined,
  ): Promise<void> {
    const state = data.get('user_state');
    if (typeof state !== 'string' || state === '' || !fits(state, MAX_CHARACTERS.state)) {
      throw new OmikronRefusal('error', 'user_state must be a short text', reply);
    }
    // Later than everything known, since clocks of nodes differ, and step.
    const last = newest(await this.sockets(id, session))?.at ?? 0;
    const now: SocketState = { user: id, written, session, state, at: Math.max(this.clock.now(), last + 1) };
    await this.presence.update(SOCKETS.of(id), { id: socket, data: now });
    this.announce(id, written, state);
  }

  /**
   * Returns the states of the named users, and tells the client of their changes from now on. Unknown users are left
   * out.
   * @returns pairs of user, as named, and state
   * @throws OmikronRefusal when this client would watch too many
   */
  async watch(
    connection: OmikronConnection,
    { watched }: ClientPrincipal,
    data: MessageData,
    reply: string | undefined,
  ): Promise<[user: string, state: string][]> {
    const named = data.get('user_ids') ?? data.get('user_states') ?? data.get('user_id');
    const users = new Map(idsOf(named).flatMap((user) => [[canonicalUuid(user) ?? '', user] as const]));
    users.delete('');
    const added = [...users.keys()].filter((user) => !watched.has(user));
    if (watched.size + added.length > MAX_WATCHED) {
      throw new OmikronRefusal('error', `At most ${MAX_WATCHED} users can be watched`, reply);
    }
    const known = await this.repository.knownUsers(added);
    // Subscribe before reading: a change in between is told twice rather than never.
    const watch = async (user: string): Promise<void> => {
      watched.add(user);
      await this.hub.subscribe(connection, stateChannel(user));
      this.hub.keep(stateChannel(user), this.pictureOf(user));
    };
    await inSlices([...known], (slice) => Promise.all(slice.map(watch)));
    const states = new Map<string, string>();
    const look = async (user: string): Promise<void> => {
      if (watched.has(user)) states.set(user, await this.of(user));
    };
    await inSlices([...users.keys()], (slice) => Promise.all(slice.map(look)));
    return [...users].flatMap(([user, written]) => {
      const state = states.get(user);
      return state === undefined ? [] : [[written, state] as [string, string]];
    });
  }

  /** The state of a user, by canonical id. */
  async of(user: string): Promise<string> {
    return (await this.current(user)).state;
  }

  /** Called when an Iota starts to serve these users; their clients come later. */
  homeCame(users: Iterable<string>): void {
    for (const user of users) this.announce(user, user, USER_OFFLINE);
  }

  /** Called when the Iota of these users has gone. */
  homeWent(users: Iterable<string>): void {
    for (const user of users) this.announce(user, user, IOTA_OFFLINE);
  }

  /** Called when a socket has been removed: its user gets the newest state of the remaining sockets, or is offline. */
  private left({ user, written, session, state, at }: SocketState): Promise<void> {
    return this.retries.run(async () => {
      // Otherwise its Iota went first, or reconnected, which was already told.
      if ((await this.sessions.find(user))?.session !== session) return;
      const rest = newest(await this.sockets(user, session));
      if (rest === undefined) this.announce(user, written, USER_OFFLINE);
      else if (rest.state !== state && rest.at <= at) this.announce(user, written, rest.state);
    });
  }

  private announce(user: string, written: string, state: string): void {
    this.hub.announce(stateChannel(user), changed(written, state));
  }

  private async current(user: string): Promise<Pick<SocketState, 'written' | 'state'>> {
    const home = await this.sessions.find(user);
    if (home === undefined) return { written: user, state: IOTA_OFFLINE };
    return newest(await this.sockets(user, home.session)) ?? { written: user, state: USER_OFFLINE };
  }

  /** The user's state, by the user's id. */
  private pictureOf(user: string): PictureSubject<string, OmikronEvent> {
    let written = user;
    return {
      read: async () => {
        const current = await this.current(user);
        written = current.written;
        return [[user, current.state]];
      },
      changes: (event) => (event.type === 'omikron.state-changed' ? [[user, event.state]] : []),
      tell: (missed) => {
        for (const { now } of missed) {
          if (now !== undefined) this.hub.publishHere(stateChannel(user), changed(written, now));
        }
      },
    };
  }

  /** Sockets that were admitted in `session`. */
  private async sockets(user: string, session: string): Promise<PresenceMember<SocketState>[]> {
    const all = await this.presence.list(SOCKETS.of(user));
    return all.filter(({ data }) => data.session === session);
  }
}

const changed = (user: string, state: string) =>
  ({ type: 'omikron.state-changed', user, state }) satisfies OmikronEvent;

function newest(sockets: readonly PresenceMember<SocketState>[]): SocketState | undefined {
  let found: SocketState | undefined;
  for (const { data } of sockets) if (found === undefined || data.at >= found.at) found = data;
  return found;
}
