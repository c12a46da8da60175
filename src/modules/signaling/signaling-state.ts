import { type CallParty, type CallRef } from '../calls/call-changes.js';
import { type StoreKey } from '../realtime/ports/store-key.js';
import { type Invited } from './signaling.events.js';

// The state of the lobby that nodes share. Survives JSON.

/** What the lobby shows of a peer. */
export interface LobbyPeer {
  readonly name: string;
  readonly userId: number | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
}

/** A pending invitation as held in the store. */
export interface Invitation extends Invited {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /**
   * The call that rings because of it; `null` when there is none: the receiver does not exist, or the sender is in a
   * call.
   */
  readonly call: CallRef | null;
  /** The account behind the receiver. */
  readonly receiverId: number | null;
}

/** What presence holds for a member of a room. */
export interface RoomSeat {
  /** The call it is in there. */
  readonly call: CallRef | null;
  /**
   * How the ledger identifies it in that call, and when it joined, in milliseconds; its node may die before writing
   * that.
   */
  readonly joined?: { readonly party: CallParty; readonly at: number };
}

/** What presence holds for an invitation that may be pending. */
export interface SentInvitation {
  /** Where the store holds it. */
  readonly key: StoreKey<Invitation>;
  readonly invitation: Invitation;
  /** How the ledger identifies the two. */
  readonly parties: readonly [from: CallParty, to: CallParty];
}
