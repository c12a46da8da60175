import { type ProblemCode } from '../../common/errors/problem-codes.js';

/** What consoles may follow. */
export const FEED_TOPICS = ['overview', 'connection', 'room', 'calls', 'audit'] as const;
export type FeedTopic = (typeof FEED_TOPICS)[number];

/** What a console asks for. */
export interface FeedWish {
  /** The console's own name for it. */
  readonly id: string;
  readonly topic: FeedTopic;
  /** `overview`: when the last sample that it has was taken; milliseconds since the epoch. */
  readonly after?: number;
  /** `connection`: its id. */
  readonly connection?: string;
  /** `room`: the application's id, and the name. */
  readonly application?: number;
  readonly room?: string;
}

/** What a console is told. `id` is of the subscription that it is for. */
export type ConsoleEvent =
  | { readonly type: 'console.subscribed' | 'console.ended'; readonly id: string }
  | { readonly type: 'console.refused'; readonly id: string; readonly code: ProblemCode; readonly detail: string }
  | { readonly type: 'console.told'; readonly id: string; readonly fact: FeedFact }
  | { readonly type: 'console.said'; readonly id: string; readonly message: SaidMessage };

/** A fact as clients get it: survives JSON. */
export type FeedFact =
  | { readonly type: 'samples'; readonly samples: object }
  | { readonly type: 'connection'; readonly connection: object; readonly timeline: readonly object[] }
  | { readonly type: 'calls' | 'entries'; readonly items: readonly object[] };

/** What somebody said in a room. */
export interface SaidMessage {
  /** JSON text as its sender wrote it. */
  readonly message: Buffer | string;
  /** JSON text of the sender's identity, ASCII only. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly place?: { readonly offset: number; readonly epoch: string } | undefined;
}
