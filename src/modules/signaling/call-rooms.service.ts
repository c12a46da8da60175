import { Injectable } from '@nestjs/common';
import { randomToken } from '../../common/security/random.js';
import { type CallParty, type CallRef } from '../calls/call-changes.js';
import { CallLedger } from '../calls/call-ledger.service.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { Presence } from '../realtime/presence.js';
import { Lobby } from './lobby.service.js';
import { keys, roomMembers } from './signaling.channels.js';
import { type SignalingEvent, type ToggledName } from './signaling.events.js';
import { type Invitation, type Peer } from './signaling-peer.js';

/** Who hears that somebody leaves a room: the one who leaves, too, only the others, or nobody. */
export type LeaveNotice = 'all' | 'others' | 'none';

/** The rooms that accepted invitations make; a peer sits in one at most. A room with two members or more is a call. */
@Injectable()
export class CallRooms {
  constructor(
    private readonly store: EphemeralStore,
    private readonly presence: Presence,
    private readonly ledger: CallLedger,
    private readonly lobby: Lobby,
  ) {}

  /** The room a peer sits in. */
  seatOf(sid: string): Promise<string | undefined> {
    return this.store.get<string>(keys.seat(sid));
  }

  async members(room: string): Promise<string[]> {
    return (await this.presence.list(roomMembers(room))).map(({ id }) => id);
  }

  /** Whether the peer is in a room with somebody else. */
  async isInCall(sid: string): Promise<boolean> {
    const room = await this.seatOf(sid);
    return room !== undefined && (await this.presence.count(roomMembers(room))) > 1;
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
    const before = await this.store.swap<string>(keys.seat(receiver.sid), room);
    if (before !== undefined && before !== room) await this.quit(before, receiver.sid, 'all');
    if (!(await this.seat(receiver.sid, room))) return undefined;
    if ((await this.seatOf(sender)) !== room) {
      await this.leave(receiver, 'others');
      return undefined;
    }
    const call = await this.callIn(room, invitation.call);
    this.ledger.answered(call);
    this.ledger.joined(call, { sid: sender, name: host.name, userId: host.userId ?? undefined });
    this.ledger.joined(call, partyOf(receiver));
    return call;
  }

  /** Tells all members of the peer's room who they are. */
  async announce(sid: string): Promise<void> {
    const room = await this.seatOf(sid);
    if (room === undefined) return;
    const peers = await this.members(room);
    for (const peer of peers) this.lobby.send(peer, { type: 'signaling.grown', room, peers });
  }

  /** The peer leaves the room it sits in, if it does. */
  async leave(peer: Peer, notice: LeaveNotice): Promise<void> {
    const room = await this.store.take<string>(keys.seat(peer.sid));
    if (room !== undefined) await this.quit(room, peer.sid, notice);
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
    const call = await this.store.get<CallValue>(keys.call(room));
    if (call !== undefined) this.ledger.changed(call, peer.sid, { muted: media.muted, videoOff: media.videoOff });
  }

  /**
   * Puts somebody whose seat is taken among the members. Who has left meanwhile, or sits elsewhere by now, is removed
   * again: whichever of the two comes last sees what the other has done.
   */
  private async seat(sid: string, room: string): Promise<boolean> {
    await this.presence.enter(roomMembers(room), { id: sid, data: null });
    const [seat, peer] = [await this.seatOf(sid), await this.lobby.find(sid)];
    if (seat === room && peer !== undefined) return true;
    await this.store.release(keys.seat(sid), room);
    await this.quit(room, sid, 'others');
    return false;
  }

  /** The call of a room: the one that goes on there, else the one that rang, else a new one. */
  private async callIn(room: string, rung: CallRef | null): Promise<CallRef> {
    const call = rung ?? this.ledger.newCall('signaling');
    if (await this.store.claim(keys.call(room), { ...call })) return call;
    const live = await this.store.get<CallValue>(keys.call(room));
    if (live === undefined) return call;
    if (rung !== null && live.key !== rung.key) this.ledger.ended(rung, 'cancelled');
    return live;
  }

  /** Exactly one of those who remove a member announces it. */
  private async quit(room: string, sid: string, notice: LeaveNotice): Promise<void> {
    if ((await this.presence.leave(roomMembers(room), sid)) === undefined) return;
    const rest = await this.members(room);
    if (notice !== 'none') {
      const told = notice === 'all' ? [...rest, sid] : rest;
      for (const member of told) this.lobby.send(member, { type: 'signaling.quit', sid });
    }
    const call = await this.store.get<CallValue>(keys.call(room));
    if (call === undefined) return;
    this.ledger.left(call, sid);
    if (rest.length > 1 || !(await this.store.release(keys.call(room), call))) return;
    for (const member of rest) this.ledger.left(call, member);
    this.ledger.ended(call, 'completed', sid);
  }
}

type CallValue = CallRef & Record<string, unknown>;

const partyOf = ({ sid, name, userId }: Peer): CallParty => ({ sid, name, userId: userId ?? undefined });
