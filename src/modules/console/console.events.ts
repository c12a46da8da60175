import { type ProblemCode } from '../../common/errors/problem-codes.js';

/** What consoles may follow. */
export const FEED_TOPICS = ['overview', 'connection', 'room', 'calls', 'audit'] as const;
export type FeedTopic = (typeof FEED_TOPICS)[number];

/** A console's subscription request. */
export interface FeedWish {
  /** The console's own name for the subscription. */
  readonly id: string;
  readonly topic: FeedTopic;
  /** `overview`: when the console's last sample was taken, in milliseconds since the epoch. */
  readonly after?: number;
  /** `connection`: its id. */
  readonly connection?: string;
  // `room`: the application's id, and the room's name.
  readonly application?: number;
  readonly room?: string;
}

/** What a console is sent. `id` is that of the subscription. */
export type ConsoleEvent =
  | { readonly type: 'console.subscribed' | 'console.ended'; readonly id: string }
  | { readonly type: 'console.refused'; readonly id: string; readonly code: ProblemCode; readonly detail: string }
  | { readonly type: 'console.told'; readonly id: string; readonly fact: FeedFact }
  | { readonly type: 'console.said'; readonly id: string; readonly message: SaidMessage };

/** A fact in the form clients get it in: survives JSON. */
export type FeedFact =
  | { readonly type: 'samples'; readonly samples: object }
  | { readonly type: 'connection'; readonly connection: object; readonly timeline: readonly object[] }
  | { readonly type: 'calls' | 'entries'; readonly items: readonly object[] };

/** A message in a room. */
export interface SaidMessage {
  /** JSON text as its sender wrote it. */
  readonly message: Buffer | string;
  /** JSON text of the sender's identity, ASCII only. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly place?: { readonly offset: number; readonly epoch: string } | undefined;
}
