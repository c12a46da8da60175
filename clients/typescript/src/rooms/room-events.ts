import { objectOf } from '../json.js';
import { ABNORMAL, NOT_ALLOWED, TRY_LATER } from '../sockets/close-codes.js';
import { EventStreamParser, type StreamEvent } from '../sockets/event-stream.js';
import { type Ending, Persistent, type SocketEvents, type SocketOptions } from '../sockets/persistent.js';
import { retryAfterMs } from '../retry-after.js';
import {
  isMessage,
  isRecovered,
  PlaceInRoom,
  type Position,
  type Recovered,
  type RoomMessage,
  type StartAt,
} from './room-frames.js';

export interface RoomEventsOptions extends SocketOptions {
  /** The code of an endpoint that may read. */
  readonly code: string;
  /** Where to start; defaults to new messages only. */
  readonly after?: StartAt;
  /** Defaults to the global one. */
  readonly fetch?: typeof fetch;
}

export interface RoomEventsEvents extends SocketEvents {
  readonly open: undefined;
  readonly message: RoomMessage;
  /** After a reconnect, and after `after`: whether everything missed follows. */
  readonly recovered: Recovered;
}

/** The server sends something every 15 seconds; a stream that is silent for longer is dead. */
const SILENCE_MS = 40_000;
/** Nothing that a room sends has a line this long. */
const MAX_LINE = 16 * 1024 * 1024;

/** A room as Server-Sent Events, for readers only, and where WebSockets do not get through. */
export class RoomEvents extends Persistent<RoomEventsEvents> {
  private readonly place: PlaceInRoom;

  constructor(protected override readonly options: RoomEventsOptions) {
    super(options);
    this.place = new PlaceInRoom(options.after);
  }

  /** Position of the last message heard in a durable room: save it, and pass it as `after` next time. */
  get position(): Position | undefined {
    return this.place.position;
  }

  protected async connection(unwanted: AbortSignal): Promise<Ending> {
    const attempt = new AbortController();
    const stop = (): void => {
      attempt.abort();
    };
    unwanted.addEventListener('abort', stop);
    let timer = setTimeout(stop, SILENCE_MS);
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
    };
    try {
      return await this.follow(attempt.signal, heard);
    } catch (error) {
      return { code: ABNORMAL, reason: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
      unwanted.removeEventListener('abort', stop);
      stop();
    }
  }

  private async follow(signal: AbortSignal, heard: () => void): Promise<Ending> {
    const { url, code, fetch: send = globalThis.fetch } = this.options;
    const { position } = this.place;
    const query = position === undefined ? `?${new URLSearchParams(this.place.query())}` : '';
    const headers = {
      Accept: 'text/event-stream',
      ...(position !== undefined && { 'Last-Event-ID': `${position.epoch}:${position.offset}` }),
    };
    const address = `${url.replace(/\/+$/, '')}/sse/endpoint/${encodeURIComponent(code)}/${query}`;
    const answer = await send(address, { headers, signal, cache: 'no-store' });
    const isStream = answer.headers.get('Content-Type')?.startsWith('text/event-stream') === true;
    if (!answer.ok || !isStream || answer.body === null) {
      await answer.body?.cancel();
      return refusalOf(answer);
    }
    this.settle();
    if (!this.ended) this.emit('open', undefined);
    const parser = new EventStreamParser((event) => {
      if (!this.ended) this.received(event);
    });
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { code: ABNORMAL, reason: 'the stream has ended' };
      heard();
      parser.push(decoder.decode(value, { stream: true }));
      if (parser.pendingLength > MAX_LINE) return { code: ABNORMAL, reason: 'not an event stream' };
    }
  }

  private received({ event, data }: StreamEvent): void {
    const frame = objectOf(data);
    // Without data, it only carries the position to resume from, which the answer to our query has already given.
    if (frame === undefined) return;
    this.frameText = data;
    if (event === 'message' && isMessage(frame)) {
      if (this.place.heard(frame)) this.emit('message', frame);
    } else if (event === 'recovered' && isRecovered(frame)) {
      if (this.place.recovered(frame)) this.emit('recovered', frame);
    }
    this.frameText = '';
  }
}

/** The ending for an answer that is not an event stream. */
function refusalOf({ status, headers }: Response): Ending {
  const reason = `answered with status ${status}`;
  // The code is unknown, expired or revoked, or may not read.
  if (status === 401 || status === 403 || status === 404) return { code: NOT_ALLOWED, reason };
  const patience = retryAfterMs(headers.get('Retry-After'));
  if (status !== 429 && status !== 503) return { code: ABNORMAL, reason };
  return { code: TRY_LATER, reason, ...(patience !== undefined && { retryAfterMs: patience }) };
}
