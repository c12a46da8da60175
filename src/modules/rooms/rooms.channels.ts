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

/** Everybody who may read in a room; its messages go here. */
export const readersChannel = (room: number): Channel<RoomMessageEvent | RoomChanged> => channel('rooms', room);
/** Everybody who may only write: hears of changes to the room, but no messages. */
export const writersChannel = (room: number): Channel<RoomChanged> => channel('rooms', room, 'writers');
/** Nodes with readers of a durable room; stored messages are announced here. */
export const logChannel = (room: number): Channel<StoredMessageEvent> => channel('rooms', room, 'log');
/** Readers that asked to hear who comes and goes. */
export const watchersChannel = (room: number): Channel<PresenceChange> => channel('rooms', room, 'watchers');
/** Presence: everybody connected to a room, by seat. */
export const PRESENT = new PresenceKind<PresentMember>('rooms', ':presence');
/** All sockets of one endpoint, by the digest of its code, which is known before the database is asked. */
export const endpointChannel = (codeDigest: Buffer): Channel =>
  channel('rooms', 'endpoint', codeDigest.toString('base64url'));
/** All sockets admitted by tokens of one issuer. */
export const issuerChannel = (issuer: number): Channel => channel('rooms', 'issuer', issuer);
/** All sockets admitted by token or ticket: in one room, and below, in all rooms of an application. */
export const holdersChannel = (room: number): Channel => channel('rooms', room, 'holders');
export const applicationChannel = (application: number): Channel => channel('rooms', 'application', application);

/** Digest of the message that an author's acknowledgement id was used for. */
export const ackKey = (author: string, id: Buffer): StoreKey<string> =>
  storeKey('rooms', 'ack', author, id.toString('base64url'));
/** How many acknowledgement ids an author has sent since a time. */
export const ackCountKey = (author: string, since: number): StoreKey<number> =>
  storeKey('rooms', 'acks', author, since);
/** The node that is sweeping. */
export const SWEEPER_KEY = storeKey<string>('rooms', 'sweeper');
