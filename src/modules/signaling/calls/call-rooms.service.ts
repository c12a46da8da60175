import { Injectable, Logger } from '@nestjs/common';
import { isUnavailable } from '../../../common/errors/app-error.js';
import { randomToken } from '../../../common/security/random.js';
import { Clock } from '../../../common/time/clock.js';
import { type CallParty, type CallRef } from '../../calls/call-changes.js';
import { CallLedger } from '../../calls/call-ledger.service.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { type Change } from '../../realtime/fan-out/picture.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { untilAvailable } from '../../realtime/resilience/until-available.js';
import { Lobby } from '../lobby/lobby.service.js';
import { keys, MEMBERS } from '../signaling.channels.js';
import { type PeerSignal, type SignalingEvent, type ToggledName } from '../signaling.events.js';
import { type Peer } from '../signaling-peer.js';
import { type Invitation, type RoomSeat } from '../signaling-state.js';

/** Who hears that somebody leaves a room: the one who leaves, too, only the others, or nobody. */
export type LeaveNotice = 'all' | 'others' | 'none';

/** The rooms that accepted invitations make; a peer sits in one at most. A room with two members or more is a call. */
@Injectable()
export class CallRooms {
  private readonly logger = new Logger(CallRooms.name);

  constructor(
    private readonly store: EphemeralStore,
    private readonly presence: Presence,
    private readonly ledger: CallLedger,
    private readonly lobby: Lobby,
    private readonly clock: Clock,
  ) {}

  /** The room a peer sits in. */
  seatOf(sid: string): Promise<string | undefined> {
    return this.store.get(keys.seat(sid));
  }

  async members(room: string): Promise<string[]> {
    return (await this.presence.list(MEMBERS.of(room))).map(({ id }) => id);
  }

  /** Whether the peer is in a room with somebody else. */
  async isInCall(sid: string): Promise<boolean> {
    const room = await this.seatOf(sid);
    return room !== undefined && (await this.presence.count(MEMBERS.of(room))) > 1;
  }

  /**
   * Seats the receiver of an accepted invitation beside its sender, and tells all who sit there. The receiver's former
   * room is left with notice.
   * @returns the call that goes on there; `undefined` when the sender has left meanwhile
   */
  async bring(invitation: Invitation, receiver: Peer): Promise<CallRef | undefined> {
    const { sender } = invitation;
    const host = await this.lobby.find(sender);
    if (host === undefined) return undefined;
    let room = await this.seatOf(sender);
    if (room === undefined) {
      const fresh = `${sender}${randomToken(9)}room`;
      // Two acceptances at once: one makes the room.
      room = (await this.store.claim(keys.seat(sender), fresh)) ? fresh : await this.seatOf(sender);
      if (room === undefined || !(await this.seat(sender, room))) return undefined;
    }
    const before = await this.store.swap(keys.seat(receiver.sid), room);
    if (before !== undefined && before !== room) await this.quit(before, receiver.sid, 'all');
    if (!(await this.seat(receiver.sid, room))) return undefined;
    if ((await this.seatOf(sender)) !== room) {
      await this.leave(receiver, 'others');
      return undefined;
    }
    const call = await this.callIn(room, invitation.call);
    const parties = [{ sid: sender, name: host.name, userId: host.userId ?? undefined }, partyOf(receiver)] as const;
    await Promise.all(parties.map((party) => this.presence.update(MEMBERS.of(room), this.seated(party, call))));
    this.ledger.answered(call);
    this.ledger.joinedElsewhere(call, parties[0]);
    this.ledger.joined(call, parties[1]);
    return call;
  }

  /** The peer has been seated by another one, maybe on another node: from now on its seat lives as long as this node. */
  async adopt(peer: Peer, call: CallRef): Promise<void> {
    const { sid } = peer;
    const room = await this.seatOf(sid);
    if (room === undefined || !(await this.store.replace(keys.seat(sid), room, room))) return;
    const party = partyOf(peer);
    if (await this.presence.update(MEMBERS.of(room), this.seated(party, call), { adopt: true })) {
      this.ledger.joined(call, party);
    }
  }

  /** Tells all members of the peer's room who they are. */
  async announce(sid: string): Promise<void> {
    const room = await this.seatOf(sid);
    if (room === undefined) return;
    const peers = await this.members(room);
    for (const peer of peers) this.lobby.announceTo(peer, { type: 'signaling.grown', room, peers });
  }

  /** From now on the peer hears who comes to its room, and leaves it, whether the bus brings that or not. */
  watch({ sid }: Peer): void {
    let room = '';
    let peers: string[] = [];
    this.lobby.keep<true>(sid, {
      initially: [],
      read: async () => {
        room = (await this.seatOf(sid)) ?? '';
        peers = room === '' ? [] : await this.members(room);
        return peers.filter((peer) => peer !== sid).map((peer) => [peer, true]);
      },
      changes: (event, told) => changesFor(sid, event, told),
      tell: (missed) => {
        for (const { id, now } of missed) {
          if (now === undefined) this.lobby.sendHere(sid, { type: 'signaling.quit', sid: id });
        }
        if (missed.some(({ now }) => now !== undefined)) {
          this.lobby.sendHere(sid, { type: 'signaling.grown', room, peers });
        }
      },
    });
  }

  /** The room that a call goes on in, if one of `sids` sits there. */
  async roomOf(call: CallRef, sids: readonly string[]): Promise<string | undefined> {
    for (const sid of sids) {
      const room = await this.seatOf(sid);
      if (room !== undefined && (await this.going(room))?.key === call.key) return room;
    }
    return undefined;
  }

  /** Everybody leaves the room, and hears that the others do. */
  async dissolve(room: string): Promise<void> {
    for (const sid of await this.members(room)) {
      await this.store.release(keys.seat(sid), room);
      await this.quit(room, sid, 'all');
    }
  }

  /** Whether both sit in the same room. */
  async areTogether(one: string, other: string): Promise<boolean> {
    const room = await this.seatOf(one);
    return room !== undefined && (await this.seatOf(other)) === room;
  }

  /** The peer leaves the room it sits in, if it does. */
  async leave(peer: Peer, notice: LeaveNotice): Promise<void> {
    const leave = async (): Promise<void> => {
      const room = await this.store.take(keys.seat(peer.sid));
      if (room !== undefined) await this.quit(room, peer.sid, notice);
    };
    try {
      await leave();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.later(leave);
    }
  }

  /** A peer is gone with its node: it leaves the room it sits in, if it still does. */
  async leaveLost(sid: string): Promise<void> {
    const room = await this.store.take(keys.seat(sid));
    if (room === undefined) return;
    const member = await this.presence.leave(MEMBERS.of(room), sid);
    if (member !== undefined) await this.farewell(room, member, 'others', 'failed');
  }

  /**
   * A member is gone with the node that its seat lived on. It hears of that itself: where it had been seated by a peer
   * of that node just now, it is still there.
   */
  async memberLost(room: string, member: PresenceMember<RoomSeat>): Promise<void> {
    await this.store.release(keys.seat(member.id), room);
    await this.farewell(room, member, 'all', 'failed');
  }

  /** Sends to the members of the peer's room, or does nothing. */
  async tellRoom(peer: Peer, event: SignalingEvent, whom: 'all' | 'others'): Promise<void> {
    const room = await this.seatOf(peer.sid);
    if (room === undefined) return;
    for (const sid of await this.members(room)) {
      if (whom === 'all' || sid !== peer.sid) this.lobby.send(sid, event);
    }
  }

  /** The peer has switched its microphone or camera off, or on again. */
  async toggle(peer: Peer, name: ToggledName): Promise<void> {
    const room = await this.seatOf(peer.sid);
    if (room === undefined) return;
    if (peer.media.room !== room) peer.media = { room, muted: false, videoOff: false };
    const { media } = peer;
    if (name === 'toggle-mic') media.muted = !media.muted;
    else media.videoOff = !media.videoOff;
    const event: SignalingEvent = { type: 'signaling.toggled', name, sid: peer.sid };
    for (const sid of await this.members(room)) this.lobby.send(sid, event);
    const call = await this.store.get(keys.call(room));
    if (call !== undefined) this.ledger.changed(call, peer.sid, { muted: media.muted, videoOff: media.videoOff });
  }

  /**
   * Puts somebody whose seat is taken among the members. Who has left meanwhile, or sits elsewhere by now, is removed
   * again: whichever of the two comes last sees what the other has done.
   */
  private async seat(sid: string, room: string): Promise<boolean> {
    await this.presence.enter(MEMBERS.of(room), { id: sid, data: { call: null } });
    const [seat, peer] = [await this.seatOf(sid), await this.lobby.find(sid)];
    if (seat === room && peer !== undefined) return true;
    await this.store.release(keys.seat(sid), room);
    await this.quit(room, sid, 'others');
    return false;
  }

  /** The call of a room: the one that goes on there, else the one that rang, else a new one. */
  private async callIn(room: string, rung: CallRef | null): Promise<CallRef> {
    const call = (await this.going(room)) ?? rung ?? this.ledger.newCall('signaling');
    const claimed = await this.store.claim(keys.call(room), call);
    const live = claimed ? call : ((await this.store.get(keys.call(room))) ?? call);
    if (rung !== null && live.key !== rung.key) this.ledger.ended(rung, 'cancelled');
    return live;
  }

  /** Members know their call themselves: the room's entry may be lost with the node that wrote it. */
  private seated(party: CallParty, call: CallRef): PresenceMember<RoomSeat> {
    return { id: party.sid, data: { call, joined: { party, at: this.clock.now() } } };
  }

  private async going(room: string): Promise<CallRef | undefined> {
    return (await this.store.get(keys.call(room))) ?? this.noted(room);
  }

  private async noted(room: string): Promise<CallRef | undefined> {
    const members = await this.presence.list(MEMBERS.of(room));
    return members.find(({ data }) => data.call !== null)?.data.call ?? undefined;
  }

  /** Exactly one of those who remove a member announces it. */
  private async quit(room: string, sid: string, notice: LeaveNotice): Promise<void> {
    const member = await this.presence.leave(MEMBERS.of(room), sid);
    if (member === undefined) return;
    try {
      await this.farewell(room, member, notice, 'completed');
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.later(() => this.farewell(room, member, notice, 'completed'));
    }
  }

  /** What follows from somebody's not being a member any more. */
  private async farewell(
    room: string,
    { id: sid, data }: PresenceMember<RoomSeat>,
    notice: LeaveNotice,
    outcome: 'completed' | 'failed',
  ): Promise<void> {
    const rest = await this.members(room);
    const held = await this.store.get(keys.call(room));
    const quit: SignalingEvent = { type: 'signaling.quit', sid, ...(notice === 'none' && { silent: true }) };
    for (const member of notice === 'others' ? rest : [...rest, sid]) this.lobby.announceTo(member, quit);
    const call = held ?? data.call;
    if (call === null) return;
    if (outcome === 'failed' && data.joined) {
      const { party, at } = data.joined;
      this.ledger.answered(call, at);
      this.ledger.joinedElsewhere(call, party, at);
    }
    this.ledger.left(call, sid);
    if (rest.length > 1) return;
    // First, so that who joins once the call is released does not take it for one that goes on.
    await Promise.all(rest.map((id) => this.presence.update(MEMBERS.of(room), { id, data: { call: null } })));
    if (held !== undefined && !(await this.store.release(keys.call(room), held))) return;
    for (const member of rest) this.ledger.left(call, member);
    this.ledger.ended(call, outcome, outcome === 'completed' ? sid : undefined);
  }

  /** The shared state is away, and the others have to learn of it all the same. */
  private later(leave: () => Promise<void>): void {
    untilAvailable(leave).catch((error: unknown) => {
      this.logger.error({ msg: 'a leave could not be announced', err: error });
    });
  }
}

const partyOf = ({ sid, name, userId }: Peer): CallParty => ({ sid, name, userId: userId ?? undefined });

/** What an event of the room says to its member `sid`. */
function* changesFor(
  sid: string,
  event: SignalingEvent | PeerSignal,
  told: ReadonlyMap<string, true>,
): Generator<Change<true>> {
  if (event.type === 'signaling.grown') {
    for (const peer of event.peers) if (peer !== sid) yield [peer, true];
  } else if (event.type === 'signaling.quit') {
    for (const peer of event.sid === sid ? [...told.keys()] : [event.sid]) yield [peer, undefined];
  }
}
