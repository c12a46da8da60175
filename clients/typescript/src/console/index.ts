export { NotConnected, type SocketEnd, type SocketOptions } from '../sockets/persistent.js';
export {
  ConsoleFeed,
  type ConsoleFeedEvents,
  type ConsoleFeedOptions,
  type FeedListener,
  type FeedRefusal,
} from './console-feed.js';
export {
  type ConnectionNews,
  endOfSamples,
  type FeedNews,
  type FeedTopic,
  type FeedWish,
  type SaidMessage,
  type TimelineEvent,
  type WishFor,
} from './feed-frames.js';
