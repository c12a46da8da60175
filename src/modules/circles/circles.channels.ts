import { type Channel, channel } from '../realtime/channel.js';
import { PresenceKind } from '../realtime/ports/presence-set.js';
import {
  type CirclesEvent,
  type EvictedSignal,
  type ExpelledSignal,
  type MessageEvent,
  type NotedSignal,
} from './circles.events.js';

type AccountEvent = CirclesEvent | ExpelledSignal | NotedSignal;
type RoomEvent = CirclesEvent | EvictedSignal | NotedSignal;
export type CirclesChannel = Channel<AccountEvent | RoomEvent>;

// For all sockets of an account or a device, on whichever node.
export const userChannel = (user: number): Channel<AccountEvent> => channel('circles', 'user', user);
export const deviceChannel = (device: number): Channel<AccountEvent> => channel('circles', 'device', device);
/** For the sockets that joined a circle. */
export const circleChannel = (circle: number): Channel<RoomEvent> => channel('circles', 'circle', circle);
/** The circle id of a `circleChannel`; `undefined` for any other channel. */
export const circleOf = (of: Channel): string | undefined => /^circles:circle:(\d+)$/.exec(of)?.[1];
/** For the sockets that joined a conversation. */
export const conversationChannel = (conversation: number): Channel<RoomEvent> =>
  channel('circles', 'conversation', conversation);
/**
 * Announces stored messages between nodes, for each node's feed of the conversation. Ordered together with the
 * conversation's own channel.
 */
export const storedChannel = (conversation: number): Channel<MessageEvent> =>
  channel('circles', 'conversation', conversation, 'stored');

// Presence: the authenticated sockets of an account or a device.
export const USER_SOCKETS = new PresenceKind<null>('circles:online:user');
export const DEVICE_SOCKETS = new PresenceKind<null>('circles:online:device');
