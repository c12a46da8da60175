import { type Channel, channel } from '../realtime/channel.js';
import { PresenceKind } from '../realtime/ports/presence-set.js';
import { storeKey, type StoreKey } from '../realtime/ports/store-key.js';
import {
  type PresenceChange,
  type PresentMember,
  type RoomChanged,
  type RoomMessageEvent,
  type StoredMessageEvent,
} from './rooms.events.js';

/** Whoever may read in a room: its messages go here. */
export const readersChannel = (room: number): Channel<RoomMessageEvent | RoomChanged> => channel('rooms', room);
/** Whoever may only write: hears what becomes of the room, but no messages. */
export const writersChannel = (room: number): Channel<RoomChanged> => channel('rooms', room, 'writers');
/** The nodes that have readers of a durable room: what was stored is told here. */
export const logChannel = (room: number): Channel<StoredMessageEvent> => channel('rooms', room, 'log');
/** Readers that asked to hear who comes and goes. */
export const watchersChannel = (room: number): Channel<PresenceChange> => channel('rooms', room, 'watchers');
/** Presence: everybody who is connected to a room, by seat. */
export const PRESENT = new PresenceKind<PresentMember>('rooms', ':presence');
/** All sockets of one endpoint, by the digest of its code: known before the database is asked. */
export const endpointChannel = (codeDigest: Buffer): Channel =>
  channel('rooms', 'endpoint', codeDigest.toString('base64url'));
/** All sockets of the tokens of one issuer. */
export const issuerChannel = (issuer: number): Channel => channel('rooms', 'issuer', issuer);
/** All sockets by token or ticket in one room, and in all rooms of one application. */
export const holdersChannel = (room: number): Channel => channel('rooms', room, 'holders');
export const applicationChannel = (application: number): Channel => channel('rooms', 'application', application);

/** Digest of the message that an acknowledgement id of an author was used with. */
export const ackKey = (author: string, id: Buffer): StoreKey<string> =>
  storeKey('rooms', 'ack', author, id.toString('base64url'));
/** How many acknowledgement ids an author has sent since a time. */
export const ackCountKey = (author: string, since: number): StoreKey<number> =>
  storeKey('rooms', 'acks', author, since);
/** The node that sweeps now. */
export const SWEEPER_KEY = storeKey<string>('rooms', 'sweeper');
