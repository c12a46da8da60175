import { type CallRef } from '../calls/call-changes.js';
import { type Channel, channel } from '../realtime/channel.js';
import { PresenceKind } from '../realtime/ports/presence-set.js';
import { storeKey } from '../realtime/ports/store-key.js';
import { type Invitation, type LobbyPeer, type RoomSeat, type SentInvitation } from './signaling-state.js';
import { type PeerSignal, type SignalingEvent } from './signaling.events.js';

/** Everybody in the lobby, named or not. */
export const LOBBY: Channel<SignalingEvent> = channel('signaling', 'lobby');
/** The lobby's peer with this sid. Only peers subscribe to such a channel, so publishing there reaches nobody else. */
export const peerChannel = (sid: string): Channel<SignalingEvent | PeerSignal> => channel('signaling', 'peer', sid);
/** Peers admitted by a lobby token, by its digest, which is known before the database is read. */
export const tokenChannel = (digest: Buffer): Channel => channel('signaling', 'token', digest.toString('base64url'));
/** Peers admitted by any lobby token of this account. */
export const accountChannel = (user: number): Channel => channel('signaling', 'account', user);

/** Presence: everybody in the lobby by sid. */
export const PEERS = new PresenceKind<LobbyPeer>('signaling:lobby');
/** There is only one lobby. */
export const LOBBY_PEERS = PEERS.of('all');
/** Presence: the members of a room by sid, in the order they joined. */
export const MEMBERS = new PresenceKind<RoomSeat>('signaling:room');
/** Presence: a peer's sent invitations by id, so that another node ends them if its node dies. */
export const PENDING = new PresenceKind<SentInvitation>('signaling:pending');

/** Socket.IO's ids are shorter; anything that does not match belongs to nobody. */
const SID = /^[A-Za-z0-9_-]{1,64}$/;

export const isSid = (text: string): boolean => SID.test(text);

/** Keys of the ephemeral store. */
export const keys = {
  /** A text that differs after each change of the list of peers. */
  lobbyState: storeKey<string>('signaling', 'lobby-state'),
  /** Id of the room a peer is in. */
  seat: (sid: string) => storeKey<string>('signaling', 'seat', keyPart(sid)),
  /** The current call of a room. */
  call: (room: string) => storeKey<CallRef>('signaling', 'call', room),
  /** One of the few equal invitations that may be pending. */
  invitation: (sender: string, receiver: string, slot: number) =>
    storeKey<Invitation>('signaling', 'invitation', keyPart(sender), keyPart(receiver), slot),
  /** The call that rings between two peers, whoever invited whom, and however often. */
  ring: (one: string, other: string) =>
    storeKey<CallRef>('signaling', 'ring', ...[keyPart(one), keyPart(other)].sort()),
  /** Number of invitations by which a call rings. */
  ringing: (call: string) => storeKey<number>('signaling', 'ringing', call),
} as const;

/** Receivers are whatever a client sends; in a key they must not look like several parts. */
function keyPart(sid: string): string {
  return isSid(sid) ? sid : `~${Buffer.from(sid, 'utf16le').toString('base64url')}`;
}
