import { type Channel, channel } from '../realtime/channel.js';

/** Everybody in the lobby, named or not. */
export const LOBBY: Channel = channel('signaling', 'lobby');
/** The lobby's peer with this sid: only peers listen on such a channel, so publishing there reaches nobody else. */
export const peerChannel = (sid: string): Channel => channel('signaling', 'peer', sid);
/** Peers that came in with a lobby token, by its digest: known before the database is asked. */
export const tokenChannel = (digest: Buffer): Channel => channel('signaling', 'token', digest.toString('base64url'));
/** Peers that came in with any lobby token of this account. */
export const accountChannel = (user: number): Channel => channel('signaling', 'account', user);

/** Presence: the members of a room by sid, in the order they joined. */
export const roomMembers = (room: string): Channel => channel('signaling', 'room', room);

/** The room whose members are on a channel; `undefined` when it is no such channel. */
export const roomOfMembers = (of: Channel): string | undefined => partAfter(roomMembers(''), of);

/** Presence: the invitations by id that a peer has sent and may be pending, so that somebody ends them if its node dies. */
export const pendingInvitations = (sender: string): Channel => channel('signaling', 'pending', sender);

export const isPendingInvitations = (of: Channel): boolean => partAfter(pendingInvitations(''), of) !== undefined;

const partAfter = (prefix: string, of: Channel): string | undefined =>
  of.startsWith(prefix) ? of.slice(prefix.length) : undefined;

/** Socket.IO's ids are shorter; what does not look like one is nobody's. */
const SID = /^[A-Za-z0-9_-]{1,64}$/;

export const isSid = (text: string): boolean => SID.test(text);

/** Keys of the ephemeral store. */
export const keys = {
  /** → text that is another one after each change of the list of peers. */
  lobbyState: 'signaling:lobby-state',
  /** → id of the room a peer is in. */
  seat: (sid: string) => `signaling:seat:${keyPart(sid)}`,
  /** → `CallRef` of the call that goes on in a room. */
  call: (room: string) => `signaling:call:${room}`,
  /** → `Invitation`, one of the few equal ones that may be pending. */
  invitation: (sender: string, receiver: string, slot: number) =>
    `signaling:invitation:${keyPart(sender)}:${keyPart(receiver)}:${slot}`,
  /** → `CallRef` of the call that rings between two peers, whoever invited whom how often. */
  ring: (one: string, other: string) => `signaling:ring:${[keyPart(one), keyPart(other)].sort().join(':')}`,
  /** → number of invitations by which a call rings. */
  ringing: (call: string) => `signaling:ringing:${call}`,
} as const;

/** Receivers are whatever a client sends; in a key they must not look like several parts. */
function keyPart(sid: string): string {
  return isSid(sid) ? sid : `~${Buffer.from(sid, 'utf16le').toString('base64url')}`;
}
