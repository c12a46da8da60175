import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Random } from './random.js';
import { type Said } from './said.js';
import { type Tally } from './tally.js';

interface Frame {
  readonly ack?: string;
  readonly error?: { readonly code: string };
  readonly id?: string;
  readonly recovered?: boolean;
  readonly message?: unknown;
  readonly offset?: number;
  readonly epoch?: string;
}

/** What the clients of a run share. */
export interface Scene {
  /** WebSocket addresses without path, e.g. `ws://127.0.0.1:3000`. */
  readonly urls: readonly string[];
  readonly tally: Tally;
  /** Milliseconds from an end to being back, for every comeback. */
  readonly comebacks: number[];
}

export interface Seat {
  readonly name: string;
  readonly code: string;
  readonly durable: boolean;
  readonly said: Said;
  /** Index of its first address; each new connection takes the next one. */
  readonly url: number;
  readonly random: Random;
}

/** Milliseconds. */
const HANDSHAKE_MS = 10_000;
const LONGEST_WAIT_MS = 1_000;

/**
 * A client that reconnects as long as it is wanted, each time to the next address. Not the `RoomEndpoint` of the
 * TypeScript client, which would hide what is checked here: it drops duplicates, closes gaps and stays with one
 * address.
 */
abstract class ComingBack {
  /** What it saw that should never happen, in words. */
  readonly complaints: string[] = [];
  connects = 0;
  protected socket: WebSocket | undefined;
  readonly #unwanted = new AbortController();
  #living: Promise<void> | undefined;
  #place: number;
  #failures = 0;
  #endedAt: number | undefined;

  constructor(
    protected readonly seat: Seat,
    protected readonly scene: Scene,
  ) {
    this.#place = seat.url;
  }

  get name(): string {
    return this.seat.name;
  }

  get connected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  start(): void {
    this.#living ??= this.#live();
  }

  async stop(): Promise<void> {
    this.#unwanted.abort();
    this.socket?.resume();
    this.socket?.close(1000);
    const late = setTimeout(() => this.socket?.terminate(), 2_000);
    await this.#living;
    clearTimeout(late);
  }

  /** Ends the connection, with or without a close frame. The client comes back. */
  drop(politely: boolean): void {
    if (politely) this.socket?.close(1000);
    else this.socket?.terminate();
  }

  protected abstract query(): string;
  protected abstract opened(): void;
  protected abstract received(frame: Frame): void;

  /** Called when it is back where it was before its last connection ended. */
  protected back(): void {
    if (this.#endedAt === undefined) return;
    this.scene.comebacks.push(performance.now() - this.#endedAt);
    this.#endedAt = undefined;
  }

  async #live(): Promise<void> {
    const { signal } = this.#unwanted;
    while (!signal.aborted) {
      await this.#connection();
      const wait = Math.min(LONGEST_WAIT_MS, 50 * 2 ** this.#failures) * (0.5 + this.seat.random.fraction());
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  #connection(): Promise<void> {
    const { urls, tally } = this.scene;
    const url = `${urls[this.#place++ % urls.length] ?? ''}/ws/endpoint/${this.seat.code}/${this.query()}`;
    return new Promise((resolve) => {
      const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: HANDSHAKE_MS });
      this.socket = socket;
      socket.on('open', () => {
        this.connects++;
        this.#failures = 0;
        tally.add('connects');
        this.opened();
      });
      socket.on('message', (data: Buffer) => {
        this.received(JSON.parse(data.toString()) as Frame);
      });
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
        this.#refused(statusCode);
        // With a listener for this event, nothing else ends the connection.
        socket.terminate();
      });
      socket.on('error', () => undefined);
      socket.on('close', (code) => {
        this.#closed(code);
        resolve();
      });
    });
  }

  #refused(status: number): void {
    this.scene.tally.add(`refused:${status}`);
    // 429 and 5xx mean: come back.
    if (status < 500 && status !== 429) this.complaints.push(`the handshake was refused with ${status}`);
  }

  #closed(code: number): void {
    if (this.#unwanted.signal.aborted) return;
    this.#failures++;
    this.#endedAt ??= performance.now();
    this.scene.tally.add(`closed:${code}`);
    if (code === 1011) this.complaints.push('the server closed with 1011, an internal error');
  }
}

/**
 * Says messages and awaits acknowledgements; in durable rooms it repeats each one, under the same id, until it has one.
 */
export class Writer extends ComingBack {
  /** Offsets of acknowledged messages, in the order of acknowledgement; `null` in a room that keeps nothing. */
  readonly acked = new Map<string, number | null>();
  readonly #waiting = new Set<string>();
  #number = 0;

  /** Messages without acknowledgement that it will say again. */
  get unacknowledged(): number {
    return this.seat.durable ? this.#waiting.size : 0;
  }

  say(count: number, bytes: number): void {
    for (let i = 0; i < count; i++) {
      const id = `${this.name}:${this.#number++}`;
      this.seat.said.make(id, bytes);
      this.scene.tally.add('said');
      // In rooms that keep nothing, unheard messages are gone, and repeating one could duplicate it after a crash.
      if (this.seat.durable || this.connected) this.#send(id);
    }
  }

  protected query(): string {
    return '?acks=1';
  }

  protected opened(): void {
    if (!this.seat.durable) this.#waiting.clear();
    this.scene.tally.add('resent', this.#waiting.size);
    for (const id of this.#waiting) this.#send(id);
    this.back();
  }

  protected received({ ack, error, id, offset }: Frame): void {
    if (ack !== undefined) this.#acknowledged(ack, offset ?? null);
    else if (error && id !== undefined) this.#answered(error.code, id);
  }

  #acknowledged(id: string, offset: number | null): void {
    const before = this.acked.get(id);
    if (before !== undefined && before !== offset) this.complaints.push(`${id} was acknowledged at two places`);
    if (!this.seat.said.has(id)) this.complaints.push('a message that it never sent was acknowledged');
    if (before === undefined) this.scene.tally.add('acked');
    this.acked.set(id, offset);
    this.#waiting.delete(id);
  }

  /** `database_unavailable` leaves open whether the message was stored; no other error may answer a good message. */
  #answered(code: string, id: string): void {
    this.scene.tally.add(`error:${code}`);
    if (code !== 'database_unavailable') this.complaints.push(`${id} was answered ${code}`);
    else if (this.seat.durable)
      setTimeout(() => {
        if (this.#waiting.has(id)) this.#send(id);
      }, 200).unref();
  }

  #send(id: string): void {
    this.#waiting.add(id);
    if (this.connected) this.socket?.send(JSON.stringify({ message: this.seat.said.again(id), id }));
  }
}

export interface Heard {
  /** 0 in a room that keeps nothing. */
  readonly offset: number;
  /** `undefined`: nobody has said this. */
  readonly id: string | undefined;
}

/** Reads a room; a durable one from its first message on and, after each reconnect, from where it was. */
export class Reader extends ComingBack {
  readonly heard: Heard[] = [];
  #epoch = '';

  /** Reads nothing for a while; meanwhile data piles up in the kernels, then in the server. */
  pause(ms: number): void {
    const { socket } = this;
    if (!this.connected) return;
    socket?.pause();
    setTimeout(() => {
      socket?.resume();
    }, ms).unref();
  }

  protected query(): string {
    if (!this.seat.durable) return '';
    const last = this.heard.at(-1)?.offset ?? 0;
    return last === 0 ? '?after=0' : `?after=${last}&epoch=${this.#epoch}`;
  }

  protected opened(): void {
    if (!this.seat.durable) this.back();
  }

  protected received({ recovered, offset = 0, epoch = '', message }: Frame): void {
    if (this.#epoch !== '' && epoch !== this.#epoch) this.complaints.push('the epoch changed');
    this.#epoch = epoch;
    if (recovered === true) this.back();
    else if (recovered === false) this.complaints.push(`not recovered, at ${this.heard.length} of ${offset} messages`);
    else {
      this.scene.tally.add('delivered');
      this.heard.push({ offset, id: this.seat.said.identify(message) });
    }
  }
}
