import { type Channel } from '../realtime/channel.js';
import { type HubEvent } from '../realtime/hub-event.js';

/** Where a log begins and ends. */
export interface LogHead {
  /** Names one numbering; another epoch means that the log began anew. */
  readonly epoch: string;
  /** Position of the newest message; 0 before the first. */
  readonly last: number;
  /** Messages up to this position are gone. */
  readonly floor: number;
}

/** One kind of durable log, e.g. the messages of rooms: where its messages are told, what their positions mean, how they are read. */
export interface LogKind<E extends HubEvent> {
  /** Where the nodes tell what they stored. */
  stored(log: number): Channel;
  /** Where the readers of one node hear it, in order. */
  readers(log: number): Channel;
  /** Ascending in the order of the log. */
  positionOf(event: E): number;
  epochOf(event: E): string;
  /** Characters of what was written. */
  sizeOf(event: E): number;
  /** Whether a reader that knows everything up to `position` has missed nothing when it is told `event` next. */
  follows(event: E, position: number): boolean;
  /**
   * Where a reader goes on for whom nothing is kept behind `position`, although the log went on to `end`.
   * @returns `undefined` when it has lost messages
   */
  passOver(position: number, end: number): number | undefined;
  /**
   * Messages behind `after`, ascending; as many as fit one read. The writers of this node have been answered first: nobody
   * hears a message before it is said to be stored. @param epoch that of the log
   */
  page(log: number, after: number, epoch: string): Promise<readonly E[]>;
  /** The heads of the logs that have one. */
  heads(logs: readonly number[]): Promise<ReadonlyMap<number, LogHead>>;
}
