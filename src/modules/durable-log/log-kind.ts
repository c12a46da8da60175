import { type Channel } from '../realtime/channel.js';
import { type HubEvent } from '../realtime/hub-event.js';

/** Where a log begins and ends. */
export interface LogHead {
  /** Identifies one numbering; a new epoch means that the log started over. */
  readonly epoch: string;
  /** Position of the newest message; 0 before the first. */
  readonly last: number;
  /** Messages up to this position are gone. */
  readonly floor: number;
}

/**
 * One kind of durable log, e.g. the messages of rooms: on which channels its messages are announced, what their
 * positions mean, how they are read.
 */
export interface LogKind<E extends HubEvent> {
  /** Channel on which nodes announce what they stored. */
  stored(log: number): Channel;
  /** Channel on which one node's readers are told the messages, in order. */
  readers(log: number): Channel;
  /** Ascending in log order. */
  positionOf(event: E): number;
  epochOf(event: E): string;
  /** Size in characters, as written. */
  sizeOf(event: E): number;
  /** Whether a reader that knows everything up to `position` misses nothing when `event` comes next. */
  follows(event: E, position: number): boolean;
  /**
   * Where a reader continues when nothing is kept after `position` although the log goes on to `end`.
   * @returns `undefined` when the reader has lost messages
   */
  passOver(position: number, end: number): number | undefined;
  /**
   * Messages after `after`, ascending, as many as fit into one read. Waits until this node's writers have been
   * answered, so that nobody hears a message before its sender knows it is stored.
   * @param epoch the log's current epoch
   */
  page(log: number, after: number, epoch: string): Promise<readonly E[]>;
  /** The heads of those logs that have one. */
  heads(logs: readonly number[]): Promise<ReadonlyMap<number, LogHead>>;
}
