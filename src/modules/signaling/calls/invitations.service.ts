import { Injectable, Logger } from '@nestjs/common';
import { isUnavailable } from '../../../common/errors/app-error.js';
import { randomToken } from '../../../common/security/random.js';
import { reportFailure } from '../../../common/outages/outages.js';
import { Clock } from '../../../common/time/clock.js';
import { Timers } from '../../../common/time/timers.js';
import { type CallOutcome, type CallParty, type CallRef } from '../../calls/call-changes.js';
import { CallLedger } from '../../calls/call-ledger.service.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Presence } from '../../realtime/ports/presence.js';
import { untilAvailable } from '../../realtime/resilience/until-available.js';
import { CallRooms } from './call-rooms.service.js';
import { Lobby } from '../lobby/lobby.service.js';
import { isSid, keys, peerChannel, PENDING } from '../signaling.channels.js';
import { type Invited, type PeerSignal } from '../signaling.events.js';
import { type Peer } from '../signaling-peer.js';
import { type Invitation, type SentInvitation } from '../signaling-state.js';
import { type StoreKey } from '../../realtime/ports/store-key.js';

/** Milliseconds an invitation is pending. */
const PENDING_MS = 10_000;
/** The store keeps it longer than its timer runs, so that exactly one of the two announces the end. */
const KEPT = { ttlMs: PENDING_MS + 5_000 } as const;
/** One slot per equal invitation that may be pending. */
const SLOTS = [0, 1, 2, 3, 4];
/** Invitations a peer may have pending, to all others together. */
const MAX_PENDING = 1_000;

/**
 * Pending call requests. Each is one entry in the shared store, and whoever removes it decides its outcome: the
 * receiver by accepting, either peer by declining, the timer on the sender's node, the sender by leaving, or another
 * node when the sender's has died.
 */
@Injectable()
export class Invitations {
  private readonly logger = new Logger(Invitations.name);

  constructor(
    private readonly store: EphemeralStore,
    private readonly presence: Presence,
    private readonly hub: Hub,
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
    private readonly ledger: CallLedger,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /** `sender` invites `receiver`, which is whatever the client sent. */
  async send(sender: Peer, receiver: string): Promise<void> {
    try {
      await this.tryToSend(sender, receiver);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.expireUnsent(sender, receiver);
    }
  }

  private async tryToSend(sender: Peer, receiver: string): Promise<void> {
    const [own, theirs] = await Promise.all([this.rooms.seatOf(sender.sid), this.rooms.seatOf(receiver)]);
    if (theirs !== undefined) {
      this.hub.sendTo(sender.connection, { type: 'signaling.busy' });
      if (own === theirs) return;
      await this.lobby.push(sender, receiver, { type: 'signaling.requested', sender: sender.sid });
      return;
    }
    if (sender.pending.size >= MAX_PENDING) return;
    const peer = await this.lobby.find(receiver);
    const rings = peer !== undefined && receiver !== sender.sid && !(await this.hasCall(own));
    const call = rings ? await this.ring(sender, receiver) : null;
    const invitation = this.newInvitation(sender, receiver, call, peer?.userId ?? null);
    const key = await this.place(invitation);
    if (key === undefined) return;
    const parties = [partyOf(sender.sid, sender), partyOf(receiver, peer)] as const;
    const sent: SentInvitation = { key, invitation, parties };
    await this.presence.enter(PENDING.of(sender.sid), { id: invitation.id, data: sent });
    this.watch(sender, key, invitation);
    if (call !== null) {
      this.ledger.rang(call, ...parties);
      await this.store.increment(keys.ringing(call.key), 1, KEPT).catch(swallowUnavailable);
    }
    this.lobby.send(receiver, { type: 'signaling.invited', sender: sender.sid, receiver });
  }

  /** Only the receiver can accept, and nobody an invitation to themselves. */
  async accept(peer: Peer, { sender, receiver }: Invited): Promise<void> {
    if (receiver !== peer.sid || sender === receiver) return;
    const invitation = await this.takeOldest(sender, receiver);
    if (invitation === undefined) return;
    await this.stopRinging(invitation);
    const call = await this.rooms.bring(invitation, peer);
    if (call === undefined) {
      if (invitation.call !== null) this.ledger.ended(invitation.call, 'cancelled', sender);
      return;
    }
    this.lobby.send(sender, { type: 'signaling.accepted', sender, receiver });
    await this.rooms.announce(peer.sid);
    // Peers who invited each other have one call: the mirrored invitation ends silently.
    await this.drop(peer, (pending) => pending.receiver === sender, call.key);
    const signal: PeerSignal = { type: 'signaling.answered', receiver, userId: peer.userId, call: call.key };
    this.hub.signal(peerChannel(sender), signal);
  }

  /**
   * Called when one of the sender's invitations was accepted: equal ones end with it, and those to other sockets of the
   * same account stop ringing there.
   */
  async answered(sender: Peer, { receiver, userId, call }: PeerSignal): Promise<void> {
    await this.drop(sender, (pending) => pending.receiver === receiver, call);
    if (userId === null) return;
    const stopped = await this.drop(sender, (pending) => pending.receiverId === userId, call);
    for (const { receiver: other } of stopped) {
      this.lobby.send(other, { type: 'signaling.expired', side: 'receiver', sender: sender.sid, receiver: other });
    }
  }

  /** Either peer declines; the other one is told. */
  async decline(peer: Peer, { sender, receiver }: Invited): Promise<void> {
    if (peer.sid !== sender && peer.sid !== receiver) return;
    const invitation = await this.takeOldest(sender, receiver);
    if (invitation === undefined) return;
    this.forget(peer, invitation.id);
    const other = peer.sid === sender ? receiver : sender;
    this.lobby.send(other, { type: 'signaling.declined', sender, receiver });
    await this.ends(invitation, peer.sid === sender ? 'cancelled' : 'declined', peer.sid);
  }

  /** Like `abandon`, but while the shared state is unreachable, continues in the background. */
  async abandonInTheEnd(peer: Peer): Promise<void> {
    try {
      await this.abandon(peer);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.inBackground(untilAvailable(() => this.abandon(peer)));
    }
  }

  /** Called when the peer has left. The invitations it sent end; those it received expire for their senders. */
  async abandon(peer: Peer): Promise<void> {
    for (const invitation of await this.drop(peer, () => true)) await this.ends(invitation, 'cancelled', peer.sid);
  }

  /** Called when the sender was lost with its node. */
  async lost({ key, invitation, parties }: SentInvitation): Promise<void> {
    if (!(await this.store.release(key, invitation))) return;
    // That node may not have recorded the call.
    if (invitation.call !== null) this.ledger.rang(invitation.call, ...parties, invitation.sentAt);
    await this.ends(invitation, 'failed');
  }

  /** Ends the invitations of a call that rings between `sids`, as if their time had run out. */
  async cancelAll(call: CallRef, sids: readonly string[], by: string): Promise<void> {
    const pairs = sids.flatMap((sender) => sids.map((receiver) => [sender, receiver] as const));
    for (const [sender, receiver] of pairs) {
      for (const slot of SLOTS) {
        const key = keys.invitation(sender, receiver, slot);
        const invitation = await this.store.get(key);
        if (invitation?.call?.key !== call.key || !(await this.store.release(key, invitation))) continue;
        this.tellExpired('receiver', invitation);
        this.tellExpired('sender', invitation);
        await this.ends(invitation, 'cancelled', by);
      }
    }
  }

  private async hasCall(room: string | undefined): Promise<boolean> {
    return room !== undefined && (await this.store.get(keys.call(room))) !== undefined;
  }

  /** The call that rings between the two: the same one, however often and from whichever side they invite. */
  private async ring(sender: Peer, receiver: string): Promise<CallRef> {
    const key = keys.ring(sender.sid, receiver);
    const call = this.ledger.newCall('signaling');
    if (await this.store.claim(key, call, KEPT)) return call;
    const ringing = await this.store.get(key);
    if (ringing === undefined) return call;
    await this.store.replace(key, ringing, ringing, KEPT);
    return ringing;
  }

  /** @returns the key it is pending under; `undefined` when the maximum of equal ones is pending */
  private async place(invitation: Invitation): Promise<StoreKey<Invitation> | undefined> {
    for (const slot of SLOTS) {
      const key = keys.invitation(invitation.sender, invitation.receiver, slot);
      if (await this.store.claim(key, invitation, KEPT)) return key;
    }
    return undefined;
  }

  private watch(sender: Peer, key: StoreKey<Invitation>, invitation: Invitation): void {
    const stop = this.timers.after(PENDING_MS, () => {
      this.inBackground(this.expire(sender, key, invitation));
    });
    sender.pending.set(invitation.id, { key, invitation, stop });
    // The sender may have left meanwhile.
    if (sender.gone) this.inBackground(this.abandonInTheEnd(sender));
  }

  private async expire(peer: Peer, key: StoreKey<Invitation>, invitation: Invitation): Promise<void> {
    this.forget(peer, invitation.id);
    try {
      if (!(await this.store.release(key, invitation))) return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return this.expireAlone(key, invitation);
    }
    this.tellExpired('receiver', invitation);
    this.tellExpired('sender', invitation);
    await this.ends(invitation, 'expired');
  }

  /** The shared state is unreachable, and nobody known to this node has decided: peers elsewhere are told later. */
  private async expireAlone(key: StoreKey<Invitation>, invitation: Invitation): Promise<void> {
    const { sender, receiver } = invitation;
    const isHere = isSid(receiver) && this.hub.localCount(peerChannel(receiver)) > 0;
    if (isHere) this.tellExpired('receiver', invitation);
    this.tellExpired('sender', invitation);
    const isReleased = await untilAvailable(() => this.store.release(key, invitation));
    // Meanwhile it may have expired in the store, or have been accepted elsewhere.
    if (!isReleased && (await this.rooms.areTogether(sender, receiver))) return;
    if (!isHere) this.tellExpired('receiver', invitation);
    await this.ends(invitation, 'expired');
  }

  /**
   * Nobody can be invited while the shared state is unreachable. To the sender, it looks like an unanswered invitation.
   */
  private expireUnsent(sender: Peer, receiver: string): void {
    const alike = [...sender.pending.values()].filter((other) => other.invitation.receiver === receiver);
    if (sender.pending.size >= MAX_PENDING || alike.length >= SLOTS.length) return;
    const invitation = this.newInvitation(sender, receiver, null, null);
    const stop = this.timers.after(PENDING_MS, () => {
      if (sender.pending.delete(invitation.id)) this.tellExpired('sender', invitation);
    });
    sender.pending.set(invitation.id, { key: null, invitation, stop });
  }

  private tellExpired(side: 'sender' | 'receiver', { sender, receiver }: Invitation): void {
    this.lobby.send(side === 'sender' ? sender : receiver, { type: 'signaling.expired', side, sender, receiver });
  }

  private newInvitation(sender: Peer, receiver: string, call: CallRef | null, receiverId: number | null): Invitation {
    return { id: randomToken(12), sender: sender.sid, receiver, sentAt: this.clock.now(), call, receiverId };
  }

  /** Removes the oldest of equal invitations, so that nobody else can decide on it. */
  private async takeOldest(sender: string, receiver: string): Promise<Invitation | undefined> {
    if (!isSid(sender)) return undefined;
    const all = SLOTS.map((slot) => keys.invitation(sender, receiver, slot));
    const found = await Promise.all(all.map(async (key) => ({ key, value: await this.store.get(key) })));
    const pending = found.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }]));
    for (const { key, value } of pending.sort((a, b) => a.value.sentAt - b.value.sentAt)) {
      if (await this.store.release(key, value)) return value;
    }
    return undefined;
  }

  /**
   * Silently ends those of a peer's invitations that `which` selects. @returns those that nobody else had decided on
   */
  private async drop(peer: Peer, which: (invitation: Invitation) => boolean, live?: string): Promise<Invitation[]> {
    const dropped: Invitation[] = [];
    for (const { key, invitation } of [...peer.pending.values()]) {
      if (!which(invitation)) continue;
      // Only forgotten after this: if it fails, the next attempt still finds the invitation.
      const isReleased = key !== null && (await this.store.release(key, invitation));
      this.forget(peer, invitation.id);
      if (!isReleased) continue;
      dropped.push(invitation);
      if (live === undefined || invitation.call === null || invitation.call.key === live) continue;
      await this.stopRinging(invitation);
      this.ledger.ended(invitation.call, 'cancelled', peer.sid);
    }
    return dropped;
  }

  private forget(peer: Peer, id: string): void {
    peer.pending.get(id)?.stop();
    if (peer.pending.delete(id)) this.inBackground(this.presence.leave(PENDING.of(peer.sid), id));
  }

  /** Called when an invitation came to nothing. The ringing ends with the last invitation of its call. */
  private async ends(invitation: Invitation, outcome: CallOutcome, by?: string): Promise<void> {
    const { call } = invitation;
    if (call === null) return;
    const left = await this.store.increment(keys.ringing(call.key), -1, KEPT);
    if (left !== undefined && left > 0) return;
    await this.stopRinging(invitation);
    this.ledger.ended(call, outcome, by);
  }

  /** Further invitations between the two will ring as another call. */
  private async stopRinging({ call, sender, receiver }: Invitation): Promise<void> {
    if (call === null) return;
    await this.store.release(keys.ring(sender, receiver), call);
    await this.store.take(keys.ringing(call.key));
  }

  /** For work that nobody waits for; failures are only logged. */
  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      reportFailure(this.logger, 'an invitation could not be ended', error);
    });
  }
}

function swallowUnavailable(error: unknown): void {
  if (!isUnavailable(error)) throw error;
}

const partyOf = (sid: string, who: { name: string; userId: number | null } | undefined): CallParty => ({
  sid,
  name: who?.name ?? '',
  userId: who?.userId ?? undefined,
});
