import { type IceConfiguration } from '../ice-servers/ice-servers.service.js';

/** Who invited whom. */
export interface Invited {
  readonly sender: string;
  readonly receiver: string;
}

export type RelayedName = 'offer' | 'answer' | 'candidate';
export type ToggledName = 'toggle-mic' | 'toggle-video';

/** Facts of the lobby and its calls that reach clients. */
export type SignalingEvent =
  /** A peer is there. Nobody is told, but who has to know it later. */
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
  /** Who was invited is in a room already. */
  | { readonly type: 'signaling.busy' }
  /** Somebody invited a peer who is in a room. */
  | { readonly type: 'signaling.requested'; readonly sender: string }
  /** A room has another member; `peers` are all of them, in the order they joined. */
  | { readonly type: 'signaling.grown'; readonly room: string; readonly peers: readonly string[] }
  /** `silent`: nobody is told. */
  | { readonly type: 'signaling.quit'; readonly sid: string; readonly silent?: true }
  | { readonly type: 'signaling.toggled'; readonly name: ToggledName; readonly sid: string }
  /** A message of a room's member: JSON text of any value. */
  | { readonly type: 'signaling.chatted'; readonly text: string }
  /** An offer, answer or candidate: JSON text of an object. */
  | { readonly type: 'signaling.relayed'; readonly name: RelayedName; readonly text: string }
  | { readonly type: 'signaling.ice'; readonly configuration: IceConfiguration }
  | { readonly type: 'signaling.refused'; readonly message: string };

/** For a peer's connection itself. */
export type PeerSignal =
  /** It has been seated in a room by the acceptance of its own invitation. */
  {
    readonly type: 'signaling.answered';
    /** Who accepted, and the account behind that one. */
    readonly receiver: string;
    readonly userId: number | null;
    /** The call that is live now. */
    readonly call: string;
  };
