import { Injectable } from '@nestjs/common';
import { fits, MAX_CHARACTERS } from '../../../common/text/characters.js';
import { Clock } from '../../../common/time/clock.js';
import { type CallParty, type CallRef } from '../../calls/call-changes.js';
import { type EndingCall } from '../../calls/call-endings.service.js';
import { CallLedger } from '../../calls/call-ledger.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { type MessageData, type OmikronMessage } from '../omikron-message.js';
import { type CallerPrincipal, type OmikronConnection } from '../omikron-connection.js';
import { type CallMember } from '../omikron-state.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { callerChannel, keys, MEMBERS } from '../omikron.channels.js';
import { callerChanges, missedOf, shown, viewOf } from './caller-view.js';
import { type CallerView, fact, type OmikronEvent, relayed } from '../omikron.events.js';
import { type Lease } from '../../realtime/resilience/lease.js';
import { Leases } from '../../realtime/resilience/leases.service.js';
import { Retries } from '../../realtime/resilience/retries.js';
import { canonicalUuid } from '../uuid.js';

type Member = PresenceMember<CallMember>;

/** Number of called users kept with a member. */
const MAX_RUNG = 100;
const INITIAL_STATE = 'muted';
const STREAMING = 'streaming';
/** As spelled on the wire; the correct spelling means the same. */
const DEAFENED = 'deafed';

/** Calls: who is in them, in which state, and what they tell each other. A call begins and ends with its members. */
@Injectable()
export class CallGroups {
  constructor(
    private readonly presence: Presence,
    private readonly hub: Hub,
    private readonly leases: Leases,
    private readonly ledger: CallLedger,
    private readonly retries: Retries,
    private readonly clock: Clock,
  ) {
    presence.onLost(MEMBERS, (call, member) => this.lost(call, member));
  }

  /**
   * Takes a connection into a call. First the others are told of it; then it becomes a member; then it is told who is
   * there.
   * @param secret keyed digest of the secret it presented
   * @returns `undefined` when the call has another secret
   */
  join(
    connection: OmikronConnection,
    caller: CallerPrincipal,
    secret: string | null,
    userState: string,
    reply: string | undefined,
  ): Promise<true | undefined> {
    const { call, id, written, socket } = caller;
    return this.exclusively(call, async (lease) => {
      const present = await this.members(call);
      const fixed = present[0]?.data.secret;
      if (fixed && fixed !== secret) return undefined;
      const old = present.find((member) => member.id === id);
      const others = present.filter((member) => member.id !== id);
      if (old) await this.replace(call, old, others);
      const now = this.clock.now();
      const member: CallMember = {
        socket,
        written,
        callState: INITIAL_STATE,
        resume: INITIAL_STATE,
        userState,
        streaming: false,
        secret: present.length === 0 ? secret : (fixed ?? null),
        entry: present[0]?.data.entry ?? this.ledger.newCall('omikron').key,
        joinedAt: now,
        answeredAt:
          present.find(({ data }) => data.answeredAt !== null)?.data.answeredAt ?? (others.length > 0 ? now : null),
        rung: old?.data.rung ?? [],
      };
      lease.demand();
      this.tell(others, fact({ type: 'omikron.caller-connected', caller: shown(member) }));
      await this.presence.enter(MEMBERS.of(call), { id, data: member });
      // Whatever happens from here on, the end of the connection undoes it.
      connection.admit(caller);
      await this.hub.subscribe(connection, callerChannel(socket));
      this.hub.keep(callerChannel(socket), this.pictureFor(caller, others));
      const members = (await this.members(call)).map(({ data }) => shown(data));
      this.hub.sendTo(connection, fact({ type: 'omikron.call-joined', id: reply, members }));
      this.ledger.joined(entryOf(call, member), partyOf(id));
      if (member.answeredAt !== null) await this.answered(call, member.answeredAt);
      return true;
    });
  }

  /** Called when the connection has ended; the others are told, unless another socket of the user took its place. */
  leave({ call, id, socket }: CallerPrincipal): Promise<void> {
    return this.inTheEnd(call, async () => {
      const member = await this.presence.get<CallMember>(MEMBERS.of(call), id);
      if (member?.data.socket !== socket) return;
      const others = (await this.members(call)).filter((each) => each.id !== id);
      await this.remove(call, member, others);
      this.endIfEmpty(call, member, others);
    });
  }

  /** Ends a call from outside: all members are told that the others leave, and are closed. */
  async end({ call, outcome, by }: EndingCall): Promise<void> {
    const id = call.wireId;
    if (id === undefined) return;
    await this.exclusively(id, async () => {
      const members = (await this.members(id)).filter(({ data }) => data.entry === call.key);
      this.ledger.ended(call, outcome, by);
      for (const member of members) {
        const others = members.filter((each) => each !== member);
        await this.remove(id, member, others);
      }
      for (const { data } of members) this.hub.disconnect(callerChannel(data.socket), DISCONNECT.callEnded);
    });
  }

  /** Changes a member's own states, those that are given, and tells the others. @throws OmikronRefusal */
  change(caller: CallerPrincipal, message: OmikronMessage): Promise<void> {
    const { data } = message;
    const callState = stateOf(data, 'call_state', message);
    const userState = stateOf(data, 'user_state', message);
    const change = (member: CallMember): CallMember => ({
      ...member,
      ...(callState !== undefined && {
        callState,
        resume: callState === STREAMING ? member.resume : callState,
        streaming: callState === STREAMING,
      }),
      ...(userState !== undefined && { userState }),
    });
    // Also with the names that all clients know, whatever spelling was used.
    return this.update(caller, message, change, {
      ...(callState !== undefined && { call_state: callState }),
      ...(userState !== undefined && { user_state: userState }),
    });
  }

  /** A member starts or stops sharing its screen. */
  stream(caller: CallerPrincipal, message: OmikronMessage, streaming: boolean): Promise<void> {
    return this.update(caller, message, (member) => ({
      ...member,
      streaming,
      callState: streaming ? STREAMING : member.resume,
    }));
  }

  /** Forwards to one other member of the same call. @throws OmikronRefusal when the receiver is not in it */
  async forward(caller: CallerPrincipal, message: OmikronMessage): Promise<void> {
    const receiver = canonicalUuid(message.data.get('receiver_id'));
    const member =
      receiver === undefined ? undefined : await this.presence.get<CallMember>(MEMBERS.of(caller.call), receiver);
    if (member === undefined) {
      throw new OmikronRefusal('error_invalid_user_id', 'The receiver is not in this call', message.id);
    }
    this.hub.publish(callerChannel(member.data.socket), relayed(message.textFrom(caller, {})));
  }

  /**
   * Whether a call is in progress.
   * @param secret keyed digest
   * @returns `undefined` when the call has another secret
   */
  async isLive(call: string, secret: string | null): Promise<boolean | undefined> {
    const [member] = await this.members(call);
    if (member === undefined) return false;
    return member.data.secret === null || member.data.secret === secret ? true : undefined;
  }

  /** Records that `caller`, if in the call, calls `receiver`. @returns whether it is in the call */
  rings(call: string, caller: string, receiver: string): Promise<boolean> {
    return this.exclusively(call, async (lease) => {
      const member = await this.presence.get(MEMBERS.of(call), caller);
      if (member === undefined) return false;
      const { data } = member;
      lease.demand();
      const rung = [...data.rung, receiver].slice(-MAX_RUNG);
      await this.presence.update(MEMBERS.of(call), { id: caller, data: { ...data, rung } });
      this.ledger.rang(entryOf(call, data), partyOf(caller), partyOf(receiver));
      return true;
    });
  }

  /** Marks the call as answered `at` that time, for all its members. */
  private async answered(call: string, at: number): Promise<void> {
    for (const { id, data } of await this.members(call)) {
      const answeredAt = data.answeredAt ?? at;
      if (data.answeredAt === null) await this.presence.update(MEMBERS.of(call), { id, data: { ...data, answeredAt } });
      this.ledger.answered(entryOf(call, data), answeredAt);
    }
  }

  private update(
    caller: CallerPrincipal,
    message: OmikronMessage,
    change: (member: CallMember) => CallMember,
    spoken: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { call, id, socket } = caller;
    return this.exclusively(call, async (lease) => {
      const member = await this.presence.get<CallMember>(MEMBERS.of(call), id);
      if (member?.data.socket !== socket) return;
      lease.demand();
      const data = change(member.data);
      await this.presence.update(MEMBERS.of(call), { id, data });
      this.ledger.changed(entryOf(call, data), id, {
        muted: data.callState === INITIAL_STATE || data.callState === DEAFENED,
      });
      const text = message.textFrom(caller, { user_id: caller.written, ...spoken });
      const others = (await this.members(call)).filter((each) => each.id !== id);
      const view: OmikronEvent = { type: 'omikron.relayed', text, caller: viewOf(data) };
      this.tell(others, view);
    });
  }

  /** The same user joins with another socket: for the others, the old one leaves. */
  private async replace(call: string, old: Member, others: readonly Member[]): Promise<void> {
    this.hub.disconnect(callerChannel(old.data.socket), DISCONNECT.replaced);
    await this.remove(call, old, others);
  }

  private async remove(call: string, { id, data }: Member, others: readonly Member[]): Promise<void> {
    await this.presence.leave(MEMBERS.of(call), id);
    this.removed(call, { id, data }, others);
  }

  /** Called when a member was removed because its node died. */
  private lost(call: string, member: Member): Promise<void> {
    return this.inTheEnd(call, async () => {
      const others = await this.members(call);
      // It was back before the others were told that it had gone: they see its new socket.
      if (others.some(({ id }) => id === member.id)) return;
      this.recall(call, member);
      this.removed(call, member, others);
      if (others.length === 0) this.ledger.ended(entryOf(call, member.data), 'failed');
    });
  }

  /** Records what the member's node may not have written to the ledger. */
  private recall(call: string, { id, data }: Member): void {
    const entry = entryOf(call, data);
    this.ledger.joinedElsewhere(entry, partyOf(id), data.joinedAt);
    for (const receiver of data.rung) this.ledger.rang(entry, partyOf(id), partyOf(receiver), data.joinedAt);
    if (data.answeredAt !== null) this.ledger.answered(entry, data.answeredAt);
  }

  private removed(call: string, { id, data }: Member, others: readonly Member[]): void {
    this.tell(others, fact({ type: 'omikron.caller-closed', user: data.written }));
    this.ledger.left(entryOf(call, data), id);
  }

  private endIfEmpty(call: string, { id, data }: Member, others: readonly Member[]): void {
    if (others.length > 0) return;
    this.ledger.ended(entryOf(call, data), data.answeredAt === null ? 'cancelled' : 'completed', id);
  }

  /** Uses each member's own channel, so that events in progress when somebody joins do not reach them. */
  private tell(members: readonly Member[], event: OmikronEvent): void {
    for (const { data } of members) this.hub.announce(callerChannel(data.socket), event);
  }

  /** The others in the call, by user id as they wrote it. */
  private pictureFor({ call, id, socket }: CallerPrincipal, present: readonly Member[]): PictureSubject<CallerView> {
    const viewed = (members: readonly Member[]) => members.map(({ data }) => [data.written, viewOf(data)] as const);
    return {
      initially: viewed(present),
      read: async () => viewed((await this.members(call)).filter((member) => member.id !== id)),
      changes: callerChanges,
      tell: (missed) => {
        for (const each of missed) {
          for (const event of missedOf(each)) this.hub.publishHere(callerChannel(socket), event);
        }
      },
    };
  }

  private members(call: string): Promise<Member[]> {
    return this.presence.list<CallMember>(MEMBERS.of(call));
  }

  /** Changes of a call run one at a time, so that joiners see, or are told of, everybody exactly once. */
  private exclusively<T>(call: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    return this.leases.run(keys.changing('call', call), work);
  }

  /** For work that must be done even if the shared state is unreachable for now. */
  private inTheEnd(call: string, work: () => Promise<void>): Promise<void> {
    return this.retries.run(() => this.exclusively(call, work));
  }
}

const entryOf = (call: string, { entry }: CallMember): CallRef => ({ key: entry, protocol: 'omikron', wireId: call });
/** The ledger identifies people by their user id. */
const partyOf = (user: string): CallParty => ({ sid: user, name: user });

/** The state that a message sets; `undefined` when it sets none. @throws OmikronRefusal when it is not a valid state */
function stateOf(data: MessageData, name: string, message: OmikronMessage): string | undefined {
  if (!data.has(name)) return undefined;
  const state = data.get(name);
  if (typeof state !== 'string' || state === '' || !fits(state, MAX_CHARACTERS.state)) {
    throw new OmikronRefusal('error', `${name} must be a short text`, message.id);
  }
  return state === 'deafened' && name === 'call_state' ? DEAFENED : state;
}
