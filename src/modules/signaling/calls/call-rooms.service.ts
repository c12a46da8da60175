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

/** Who is told that somebody leaves a room: the leaver, too, only the others, or nobody. */
export type LeaveNotice = 'all' | 'others' | 'none';

/**
 * The rooms that accepted invitations create; a peer sits in at most one. A room with two or more members is a call.
 */
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
   * Seats the receiver of an accepted invitation in the sender's room. The receiver leaves its former room, with
   * notice.
   * @returns the call in that room; `undefined` when the sender has left meanwhile
   */
  async bring(invitation: Invitation, receiver: Peer): Promise<CallRef | undefined> {
    const { sender } = invitation;
    const host = await this.lobby.find(sender);
    if (host === undefined) return undefined;
    let room = await this.seatOf(sender);
    if (room === undefined) {
      const fresh = `${sender}${randomToken(9)}room`;
      // If two invitations are accepted at once, one creates the room.
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

  /** Ties the seat of a peer that was seated by another one, maybe on another node, to the life of this node. */
  async adopt(peer: Peer, call: CallRef): Promise<void> {
    const { sid } = peer;
    const room = await this.seatOf(sid);
    if (room === undefined || !(await this.store.replace(keys.seat(sid), room, room))) return;
    const party = partyOf(peer);
    if (await this.presence.update(MEMBERS.of(room), this.seated(party, call), { adopt: true })) {
      this.ledger.joined(call, party);
    }
  }

  /** Tells all members of the peer's room who is in it. */
  async announce(sid: string): Promise<void> {
    const room = await this.seatOf(sid);
    if (room === undefined) return;
    const peers = await this.members(room);
    for (const peer of peers) this.lobby.announceTo(peer, { type: 'signaling.grown', room, peers });
  }

  /** Makes sure that the peer hears who joins and leaves its room, even if the broker does not deliver it. */
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

  /** The room of a call, if one of `sids` sits there. */
  async roomOf(call: CallRef, sids: readonly string[]): Promise<string | undefined> {
    for (const sid of sids) {
      const room = await this.seatOf(sid);
      if (room !== undefined && (await this.going(room))?.key === call.key) return room;
    }
    return undefined;
  }

  /** Makes everybody leave the room, and tells each of them that the others have. */
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

  /** Makes the peer leave the room it sits in, if any. */
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

  /** Makes a peer that was lost with its node leave the room it sits in, if it still does. */
  async leaveLost(sid: string): Promise<void> {
    const room = await this.store.take(keys.seat(sid));
    if (room === undefined) return;
    const member = await this.presence.leave(MEMBERS.of(room), sid);
    if (member !== undefined) await this.farewell(room, member, 'others', 'failed');
  }

  /**
   * Handles a member whose seat was lost with a node. The member is told, too: if a peer of that node had only just
   * seated it, it is still connected.
   */
  async memberLost(room: string, member: PresenceMember<RoomSeat>): Promise<void> {
    await this.store.release(keys.seat(member.id), room);
    await this.farewell(room, member, 'all', 'failed');
  }

  /** Sends to the members of the peer's room, if it is in one. */
  async tellRoom(peer: Peer, event: SignalingEvent, whom: 'all' | 'others'): Promise<void> {
    const room = await this.seatOf(peer.sid);
    if (room === undefined) return;
    for (const sid of await this.members(room)) {
      if (whom === 'all' || sid !== peer.sid) this.lobby.send(sid, event);
    }
  }

  /** Switches the peer's microphone or camera off or on again. */
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
   * Adds a peer whose seat is taken to the members, and removes it again if it has left or moved meanwhile. Of these
   * two actions, the later one sees what the earlier did.
   */
  private async seat(sid: string, room: string): Promise<boolean> {
    await this.presence.enter(MEMBERS.of(room), { id: sid, data: { call: null } });
    const [seat, peer] = [await this.seatOf(sid), await this.lobby.find(sid)];
    if (seat === room && peer !== undefined) return true;
    await this.store.release(keys.seat(sid), room);
    await this.quit(room, sid, 'others');
    return false;
  }

  /** The call of a room: the current one, else the one that was ringing, else a new one. */
  private async callIn(room: string, rung: CallRef | null): Promise<CallRef> {
    const call = (await this.going(room)) ?? rung ?? this.ledger.newCall('signaling');
    const claimed = await this.store.claim(keys.call(room), call);
    const live = claimed ? call : ((await this.store.get(keys.call(room))) ?? call);
    if (rung !== null && live.key !== rung.key) this.ledger.ended(rung, 'cancelled');
    return live;
  }

  /** Members store their call themselves, since the room's entry may be lost with the node that wrote it. */
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

  /** Of several callers that remove a member, exactly one announces it. */
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

  /** Announces and records that somebody is no longer a member. */
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
    // First, so that those who join after the call is released do not continue it.
    await Promise.all(rest.map((id) => this.presence.update(MEMBERS.of(room), { id, data: { call: null } })));
    if (held !== undefined && !(await this.store.release(keys.call(room), held))) return;
    for (const member of rest) this.ledger.left(call, member);
    this.ledger.ended(call, outcome, outcome === 'completed' ? sid : undefined);
  }

  /** Retries a leave while the shared state is unreachable, since the others must learn of it in any case. */
  private later(leave: () => Promise<void>): void {
    untilAvailable(leave).catch((error: unknown) => {
      this.logger.error({ msg: 'a leave could not be announced', err: error });
    });
  }
}

const partyOf = ({ sid, name, userId }: Peer): CallParty => ({ sid, name, userId: userId ?? undefined });

/** What an event of the room tells its member `sid`. */
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
