import { isObject, type JsonObject } from '../json.js';
import { type AuditEntryDto, type CallDto, type ConnectionDto, type MetricsHistoryDto } from '../rest/index.js';

/** Something that happened to a connection. */
export interface TimelineEvent {
  readonly at: string;
  readonly what: 'connected' | 'admitted' | 'present' | 'joined' | 'left' | 'refused' | 'slowed' | 'closed';
  readonly detail: string | null;
}

/** A message in a room. */
export interface SaidMessage {
  readonly message: unknown;
  readonly identity: string;
  readonly timestamp: string;
  /** In durable rooms, with `epoch`. */
  readonly offset?: number;
  readonly epoch?: string;
}

export interface ConnectionNews {
  readonly connection: ConnectionDto;
  /** What happened since the last news; at first, and after each reconnect, everything known. */
  readonly timeline: readonly TimelineEvent[];
  /** Whether the timeline starts over. */
  readonly isFirst: boolean;
}

/** The news of each topic. */
export interface FeedNews {
  readonly overview: MetricsHistoryDto;
  readonly connection: ConnectionNews;
  readonly room: SaidMessage;
  readonly calls: readonly CallDto[];
  readonly audit: readonly AuditEntryDto[];
}

export type FeedTopic = keyof FeedNews;

/** A subscription. */
export type FeedWish =
  /** `after`: end of the last known sample; absent = the last hour. */
  | { readonly topic: 'overview'; readonly after?: string }
  | { readonly topic: 'connection'; readonly connection: string }
  | { readonly topic: 'room'; readonly application: number; readonly room: string }
  | { readonly topic: 'calls' }
  | { readonly topic: 'audit' };

/** A subscription to one topic. */
export type WishFor<T extends FeedTopic> = Extract<FeedWish, { readonly topic: T }>;

/** The news in a frame, whatever its topic; `undefined` when there are none. */
export function newsOf(frame: JsonObject, isFirst: boolean): FeedNews[FeedTopic] | undefined {
  const { type, samples, connection, timeline, items } = frame;
  switch (type) {
    case 'samples':
      return isObject(samples) ? (samples as object as MetricsHistoryDto) : undefined;
    case 'connection':
      return isObject(connection) && Array.isArray(timeline)
        ? { connection: connection as object as ConnectionDto, timeline: timeline as TimelineEvent[], isFirst }
        : undefined;
    case 'message':
      return frame as object as SaidMessage;
    case 'calls':
    case 'entries':
      return Array.isArray(items) ? (items as CallDto[] | AuditEntryDto[]) : undefined;
    default:
      // From a newer server, and not meant for this version.
      return undefined;
  }
}

/** When the last sample ended. */
export function endOfSamples({ from, stepSeconds, series }: MetricsHistoryDto): string | undefined {
  const steps = series[0]?.values.length ?? 0;
  return steps === 0 ? undefined : new Date(Date.parse(from) + (steps - 1) * stepSeconds * 1000).toISOString();
}
