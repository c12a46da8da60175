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

/** What an account or a device is told wherever its sockets are. */
export const userChannel = (user: number): Channel<AccountEvent> => channel('circles', 'user', user);
export const deviceChannel = (device: number): Channel<AccountEvent> => channel('circles', 'device', device);
/** The sockets that joined a circle. */
export const circleChannel = (circle: number): Channel<RoomEvent> => channel('circles', 'circle', circle);
/** The circle of a `circleChannel`; `undefined` when it is none. */
export const circleOf = (of: Channel): string | undefined => /^circles:circle:(\d+)$/.exec(of)?.[1];
/** The sockets that joined a conversation. */
export const conversationChannel = (conversation: number): Channel<RoomEvent> =>
  channel('circles', 'conversation', conversation);
/** What the nodes say they stored; each node's feed of the conversation listens. In one order with its room's channel. */
export const storedChannel = (conversation: number): Channel<MessageEvent> =>
  channel('circles', 'conversation', conversation, 'stored');

/** Presence: the authenticated sockets of an account or a device. */
export const USER_SOCKETS = new PresenceKind<null>('circles:online:user');
export const DEVICE_SOCKETS = new PresenceKind<null>('circles:online:device');
