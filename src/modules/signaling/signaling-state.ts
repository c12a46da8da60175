import { type CallParty, type CallRef } from '../calls/call-changes.js';
import { type StoreKey } from '../realtime/ports/store-key.js';
import { type Invited } from './signaling.events.js';

/*
 * What nodes share of the lobby. Survives JSON.
 */

/** What the lobby shows of a peer. */
export interface LobbyPeer {
  readonly name: string;
  readonly userId: number | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
}

/** What the store holds of a pending invitation. */
export interface Invitation extends Invited {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** The call that rings by it; `null` where that is nobody's business: no such receiver, or one call goes on already. */
  readonly call: CallRef | null;
  /** The account behind the receiver. */
  readonly receiverId: number | null;
}

/** What presence holds with a member of a room. */
export interface RoomSeat {
  /** The call it is in there. */
  readonly call: CallRef | null;
  /** What the ledger knows it by in that call, and when it came in, in milliseconds: its node may die before it writes that. */
  readonly joined?: { readonly party: CallParty; readonly at: number };
}

/** What presence holds with an invitation that may be pending. */
export interface SentInvitation {
  /** Where the store holds it. */
  readonly key: StoreKey<Invitation>;
  readonly invitation: Invitation;
  /** What the ledger knows the two by. */
  readonly parties: readonly [from: CallParty, to: CallParty];
}
