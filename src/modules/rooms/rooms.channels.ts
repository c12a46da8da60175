import { type Channel, channel } from '../realtime/channel.js';

/** Whoever may read in a room: its messages go here. */
export const readersChannel = (room: number): Channel => channel('rooms', room);
/** Whoever may only write: hears what becomes of the room, but no messages. */
export const writersChannel = (room: number): Channel => channel('rooms', room, 'writers');
/** The nodes that have readers of a durable room: what was stored is told here. */
export const logChannel = (room: number): Channel => channel('rooms', room, 'log');
/** Readers that asked to hear who comes and goes. */
export const watchersChannel = (room: number): Channel => channel('rooms', room, 'watchers');
/** Presence: everybody who is connected to a room, by seat. */
export const presenceOf = (room: number): Channel => channel('rooms', room, 'presence');
/** The room of a `presenceOf` channel; `undefined` when it is none. */
export function roomOfPresence(of: Channel): number | undefined {
  const [, id] = /^rooms:(\d+):presence$/.exec(of) ?? [];
  return id === undefined ? undefined : Number(id);
}
/** All sockets of one endpoint, by the digest of its code: known before the database is asked. */
export const endpointChannel = (codeDigest: Buffer): Channel =>
  channel('rooms', 'endpoint', codeDigest.toString('base64url'));

/** Key of the ephemeral store: an acknowledgement id of an endpoint → digest of the message it was used with. */
export const ackKey = (endpoint: number, id: Buffer): string => `rooms:ack:${endpoint}:${id.toString('base64url')}`;
/** Key of the ephemeral store: how many acknowledgement ids an endpoint has sent since a time. */
export const ackCountKey = (endpoint: number, since: number): string => `rooms:acks:${endpoint}:${since}`;
/** Key of the ephemeral store: the node that sweeps now. */
export const SWEEPER_KEY = 'rooms:sweeper';
