import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

interface Frame {
  readonly ack?: string;
  readonly error?: { readonly code: string };
  readonly id?: string;
  readonly recovered?: boolean;
  readonly message?: unknown;
  readonly offset: number;
  readonly epoch: string;
}

const RETRY_MS = 50;

/** A client that reconnects for as long as it is wanted. */
abstract class ComingBack {
  protected socket: WebSocket | undefined;
  private readonly unwanted = new AbortController();
  private readonly living: Promise<void>;
  connects = 0;
  /** How and when established connections ended. */
  readonly closes: { readonly code: number; readonly at: number }[] = [];

  constructor() {
    this.living = this.live();
  }

  async stop(): Promise<void> {
    this.unwanted.abort();
    this.socket?.close();
    await this.living;
  }

  /** Breaks its connection; the client reconnects. */
  drop(): void {
    this.socket?.terminate();
  }

  protected abstract url(): string;
  protected abstract opened(): void;
  protected abstract received(frame: Frame): void;

  private async live(): Promise<void> {
    // After all constructors have run.
    await sleep(0);
    const { signal } = this.unwanted;
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        const socket = new WebSocket(this.url(), { perMessageDeflate: false });
        this.socket = socket;
        let opened = false;
        socket.on('open', () => {
          opened = true;
          this.connects++;
          this.opened();
        });
        socket.on('message', (data: Buffer) => {
          this.received(JSON.parse(data.toString()) as Frame);
        });
        socket.on('error', () => undefined);
        socket.on('close', (code) => {
          if (opened) this.closes.push({ code, at: Date.now() });
          resolve();
        });
      });
      await sleep(RETRY_MS);
    }
  }
}

export interface WriterHabits {
  /** How many messages it sends; by default it goes on until told to finish. */
  readonly total?: number;
  /** Maximum number of unacknowledged messages. */
  readonly window?: number;
  /** Milliseconds from an acknowledgement to the next message. */
  readonly pauseMs?: number;
}

/** Sends messages, several at a time, and repeats unacknowledged ones with the same id. */
export class StubbornWriter extends ComingBack {
  /** Offsets of acknowledged messages, by id. */
  readonly acked = new Map<string, number>();
  /** Error codes received instead of acknowledgements. */
  readonly errors: string[] = [];
  private readonly waiting = new Set<string>();
  private readonly window: number;
  private readonly pauseMs: number;
  private total: number;
  private next = 0;

  constructor(
    private readonly address: () => string,
    private readonly name: string,
    { total = Infinity, window = 8, pauseMs = 0 }: WriterHabits = {},
  ) {
    super();
    this.total = total;
    this.window = window;
    this.pauseMs = pauseMs;
  }

  /** Whether everything has been sent and acknowledged. */
  get done(): boolean {
    return this.acked.size === this.total;
  }

  /** Sends nothing new from now on. */
  finish(): void {
    this.total = this.next;
  }

  protected url(): string {
    return `${this.address()}?acks=1`;
  }

  protected opened(): void {
    for (const id of this.waiting) this.say(id);
    this.more();
  }

  protected received(frame: Frame): void {
    if (frame.ack !== undefined) {
      const before = this.acked.get(frame.ack);
      if (before !== undefined && before !== frame.offset) throw new Error(`${frame.ack} was acknowledged twice`);
      this.acked.set(frame.ack, frame.offset);
      this.waiting.delete(frame.ack);
      if (this.pauseMs === 0) this.more();
      else
        setTimeout(() => {
          this.more();
        }, this.pauseMs);
    } else if (frame.error && frame.id !== undefined) {
      this.errors.push(frame.error.code);
      const { id } = frame;
      setTimeout(() => {
        this.say(id);
      }, RETRY_MS);
    }
  }

  private more(): void {
    while (this.waiting.size < this.window && this.next < this.total) {
      const id = `${this.name}-${this.next++}`;
      this.waiting.add(id);
      this.say(id);
    }
  }

  private say(id: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ message: id, id }));
  }
}

/** Reads a durable room from its first message, and recovers from where it left off. */
export class FaithfulReader extends ComingBack {
  readonly heard: { readonly offset: number; readonly message: unknown }[] = [];
  /** What it received that should never happen. */
  readonly complaints: string[] = [];
  private epoch = '';

  constructor(private readonly address: () => string) {
    super();
  }

  protected url(): string {
    const last = this.heard.at(-1)?.offset ?? 0;
    return `${this.address()}?after=${last}${last === 0 ? '' : `&epoch=${this.epoch}`}`;
  }

  protected opened(): void {
    // It only listens.
  }

  protected received({ recovered, offset, epoch, message }: Frame): void {
    this.epoch = epoch;
    if (recovered === undefined) this.heard.push({ offset, message });
    else if (!recovered) this.complaints.push(`not recovered at ${offset}`);
  }
}
