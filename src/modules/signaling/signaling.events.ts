import { type IceConfiguration } from '../ice-servers/ice-servers.service.js';

/** Who invited whom. */
export interface Invited {
  readonly sender: string;
  readonly receiver: string;
}

export type RelayedName = 'offer' | 'answer' | 'candidate';
export type ToggledName = 'toggle-mic' | 'toggle-video';

/** Events of the lobby and its calls that reach clients. */
export type SignalingEvent =
  /** A peer has entered. Clients are not told, but later events depend on it. */
  | { readonly type: 'signaling.entered'; readonly sid: string }
  /** A peer has a name, for the first time or a new one. */
  | { readonly type: 'signaling.named'; readonly sid: string; readonly name: string }
  | { readonly type: 'signaling.gone'; readonly sid: string }
  /** The other peers: JSON text of a string that holds a JSON array. */
  | { readonly type: 'signaling.peers'; readonly text: string }
  | ({ readonly type: 'signaling.invited' } & Invited)
  | ({ readonly type: 'signaling.expired'; readonly side: 'sender' | 'receiver' } & Invited)
  | ({ readonly type: 'signaling.accepted' } & Invited)
  | ({ readonly type: 'signaling.declined' } & Invited)
  /** The invited peer is already in a room. */
  | { readonly type: 'signaling.busy' }
  /** Somebody invited a peer who is in a room. */
  | { readonly type: 'signaling.requested'; readonly sender: string }
  /** A room has a new member; `peers` are all its members, in the order they joined. */
  | { readonly type: 'signaling.grown'; readonly room: string; readonly peers: readonly string[] }
  /** `silent`: nobody is told. */
  | { readonly type: 'signaling.quit'; readonly sid: string; readonly silent?: true }
  | { readonly type: 'signaling.toggled'; readonly name: ToggledName; readonly sid: string }
  /** A message from a room's member: JSON text of any value. */
  | { readonly type: 'signaling.chatted'; readonly text: string }
  /** An offer, answer or candidate: JSON text of an object. */
  | { readonly type: 'signaling.relayed'; readonly name: RelayedName; readonly text: string }
  | { readonly type: 'signaling.ice'; readonly configuration: IceConfiguration }
  | { readonly type: 'signaling.refused'; readonly message: string };

/** For a peer's connection itself. */
export type PeerSignal =
  /** Its own invitation was accepted, which has seated it in a room. */
  {
    readonly type: 'signaling.answered';
    // Who accepted, and the account behind it.
    readonly receiver: string;
    readonly userId: number | null;
    /** The call that is live now. */
    readonly call: string;
  };
