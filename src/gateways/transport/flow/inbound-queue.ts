import { type LoopTurns, type TurnTask } from './loop-turns.js';

export interface InboundLimits {
  /** Sustained messages per second; above it the source is paused. 0 = off. */
  readonly rate: number;
  readonly burst: number;
  /** Messages per second above which `onFlood` is called. 0 = off. */
  readonly hardRate: number;
}

/** Where messages come from and where they go. */
export interface InboundSink<T> {
  /** Handles one message; the next waits for the promise. Must not throw or reject. */
  handleInbound(message: T): void | Promise<void>;
  /** Stops reading; what has already been read may still be pushed. */
  pauseInbound(): void;
  resumeInbound(): void;
  onFlood(): void;
  /** Receives messages that arrive after the queue has ended. */
  ignoreInbound?(message: T): void;
}

/** How many messages of one connection are handled per turn of the event loop before others get their share. */
const TURN_BUDGET = 32;
/** Large messages use up more of the budget: one more for every 8 KiB. */
const BUDGET_SHIFT = 13;
/** A message of at least this size waits for the next turn even when nothing else does. */
const LARGE_BYTES = 65_536;
/** The source is paused when more messages or bytes than this are waiting. */
const PAUSE_ABOVE = 64;
const PAUSE_ABOVE_BYTES = 131_072;
const THROTTLE_MIN_MS = 10;
const THROTTLE_MAX_MS = 1_000;

/**
 * One connection's inbound messages. They are held until admission, then handled strictly one at a time and in order,
 * in turns with other connections and at no more than the permitted rate; when too much waits, the source is paused.
 * Until the queue ends, nothing is dropped.
 */
export class InboundQueue<T extends { readonly length: number }> implements TurnTask {
  private waiting: T[] | null = null;
  private head = 0;
  private waitingBytes = 0;
  private isOpen = false;
  private busy = false;
  private resuming = false;
  private ended = false;
  private last: T | null = null;
  private paused = false;
  private turn = -1;
  private budget = 0;
  private tokens: number;
  private refilledAt: number;
  private windowStart = 0;
  private windowCount = 0;

  constructor(
    private readonly turns: LoopTurns,
    private readonly limits: InboundLimits,
    private readonly sink: InboundSink<T>,
  ) {
    this.tokens = limits.burst;
    this.refilledAt = turns.now;
  }

  /** Whether we have paused the source, whose silence then proves nothing. */
  get isPaused(): boolean {
    return this.paused;
  }

  get isBusy(): boolean {
    return this.busy;
  }

  get length(): number {
    return this.waiting === null ? 0 : this.waiting.length - this.head;
  }

  /** Bytes of waiting messages. */
  get bytes(): number {
    return this.waitingBytes;
  }

  push(message: T): void {
    if (this.ended) {
      this.sink.ignoreInbound?.(message);
      return;
    }
    if (this.limits.hardRate > 0 && this.isFlood()) {
      this.sink.onFlood();
      return;
    }
    if (this.isNext(message) && this.mayHandle()) {
      this.handle(message);
      return;
    }
    (this.waiting ??= []).push(message);
    this.waitingBytes += message.length;
    if (!this.paused && (this.length > PAUSE_ABOVE || this.waitingBytes > PAUSE_ABOVE_BYTES)) this.pause();
    if (this.isOpen && !this.busy) this.continueLater();
  }

  /** Call on admission: waiting messages are handled now, in order. */
  open(): void {
    this.isOpen = true;
    this.drain();
  }

  /** Ends the queue and drops what is waiting. The source is resumed so that its end is noticed. */
  discard(): void {
    this.ended = true;
    this.waiting = null;
    this.head = 0;
    this.waitingBytes = 0;
    if (!this.paused) return;
    this.paused = false;
    this.sink.resumeInbound();
  }

  /** Ends the queue; `last` is handled after everything that is still waiting. */
  finish(last: T): void {
    this.ended = true;
    this.last = last;
    this.drain();
  }

  runTurn(): void {
    this.resuming = false;
    this.drain();
  }

  private drain(): void {
    while (this.isOpen && !this.busy && this.waiting !== null) {
      if (!this.mayHandle()) {
        this.continueLater();
        return;
      }
      const message = this.waiting[this.head++];
      if (message === undefined || this.head === this.waiting.length) {
        this.waiting = null;
        this.head = 0;
      }
      if (message !== undefined) {
        this.waitingBytes -= message.length;
        this.handle(message);
      }
    }
    if (!this.isOpen || this.busy) return;
    if (this.last !== null) {
      const { last } = this;
      this.last = null;
      this.handle(last);
    }
    this.resume();
  }

  /** Also needed after the queue has ended, since its source may go on to serve another connection. */
  private resume(): void {
    if (!this.paused || this.busy) return;
    this.paused = false;
    this.sink.resumeInbound();
  }

  private handle(message: T): void {
    this.budget -= message.length >> BUDGET_SHIFT;
    const done = this.sink.handleInbound(message);
    if (done === undefined) return;
    this.busy = true;
    void done.then(() => {
      this.busy = false;
      this.drain();
    });
  }

  /** Whether `message`, which has just arrived, may be handled at once. */
  private isNext({ length }: T): boolean {
    return this.isOpen && !this.busy && this.waiting === null && !this.paused && length < LARGE_BYTES;
  }

  private mayHandle(): boolean {
    const { turns } = this;
    turns.touch();
    if (this.turn !== turns.current) {
      this.turn = turns.current;
      this.budget = TURN_BUDGET;
    }
    if (this.budget <= 0) return false;
    if (this.limits.rate > 0 && !this.ended) {
      this.refill(turns.now);
      if (this.tokens < 1) return false;
      this.tokens--;
    }
    this.budget--;
    return true;
  }

  private refill(now: number): void {
    if (now <= this.refilledAt) return;
    this.tokens = Math.min(this.limits.burst, this.tokens + ((now - this.refilledAt) * this.limits.rate) / 1_000);
    this.refilledAt = now;
  }

  private continueLater(): void {
    if (this.resuming) return;
    this.resuming = true;
    this.refill(this.turns.now);
    if (this.limits.rate === 0 || this.tokens >= 1 || this.ended) {
      this.turns.resumeNextTurn(this);
      return;
    }
    if (!this.paused) this.pause();
    // Worth a wake-up: a tenth of a second's messages.
    const wait = (Math.max(1, this.limits.rate / 10) - this.tokens) * (1_000 / this.limits.rate);
    setTimeout(
      () => {
        this.runTurn();
      },
      Math.min(THROTTLE_MAX_MS, Math.max(THROTTLE_MIN_MS, wait)),
    );
  }

  private pause(): void {
    this.paused = true;
    this.sink.pauseInbound();
  }

  private isFlood(): boolean {
    const { now } = this.turns;
    this.turns.touch();
    if (now - this.windowStart >= 1_000) {
      this.windowStart = now;
      this.windowCount = 0;
    }
    return ++this.windowCount > this.limits.hardRate;
  }
}
