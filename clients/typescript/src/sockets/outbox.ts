import { randomId } from '../random-id.js';
import { Unconfirmed } from './persistent.js';

/** The server has refused a message; nobody got it. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';

  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Sends a frame now. @returns false if there is no connection */
type Say<Frame> = (frame: Frame, id: string) => boolean;

interface Entry<Frame, Receipt> {
  readonly frame: Frame;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: Error) => void;
  /** Number of connections it was sent on. */
  sent: number;
  expiry?: ReturnType<typeof setTimeout>;
}

/** Connections that may break before a message is acknowledged; the message itself may be what breaks them. */
const MAX_CONNECTIONS = 10;

/** Messages without an acknowledgement yet, in the order they were sent. */
export class Outbox<Frame, Receipt> {
  private readonly entries = new Map<string, Entry<Frame, Receipt>>();
  /** Different for each running program. */
  private readonly prefix = randomId();
  private count = 0;

  /** @param rememberedMs how long the server remembers an id; after that, the same id would create a second message */
  constructor(private readonly rememberedMs = Infinity) {}

  get size(): number {
    return this.entries.size;
  }

  add(make: (id: string) => Frame, say: Say<Frame>): Promise<Receipt> {
    const id = `${this.prefix}-${++this.count}`;
    return new Promise((resolve, reject) => {
      const frame = make(id);
      const entry: Entry<Frame, Receipt> = { frame, resolve, reject, sent: 0 };
      this.entries.set(id, entry);
      if (say(frame, id)) this.sent(id, entry);
    });
  }

  /** On a new connection, sends everything again with the same ids. */
  resend(say: Say<Frame>): void {
    for (const [id, entry] of this.entries) {
      if (entry.sent >= MAX_CONNECTIONS) this.refuse(id, unconfirmed(`on ${MAX_CONNECTIONS} connections`));
      else if (say(entry.frame, id)) this.sent(id, entry);
      else return;
    }
  }

  resendOne(id: string, say: Say<Frame>): void {
    const entry = this.entries.get(id);
    if (entry !== undefined) say(entry.frame, id);
  }

  confirm(id: string, receipt: Receipt): void {
    this.take(id)?.resolve(receipt);
  }

  refuse(id: string, error: Error): void {
    this.take(id)?.reject(error);
  }

  /** Refuses the longest message sent, which is the one a server found too large. */
  refuseLongest(lengthOf: (frame: Frame) => number, error: Error): void {
    let longest: string | undefined;
    let length = 0;
    for (const [id, { frame, sent }] of this.entries) {
      if (sent === 0 || lengthOf(frame) <= length) continue;
      longest = id;
      length = lengthOf(frame);
    }
    if (longest !== undefined) this.refuse(longest, error);
  }

  /** @param unsent error for messages that were never sent */
  abandon(unsent: Error): void {
    for (const [id, { sent }] of this.entries) {
      this.refuse(id, sent === 0 ? unsent : unconfirmed('before the end'));
    }
  }

  private sent(id: string, entry: Entry<Frame, Receipt>): void {
    entry.sent++;
    if (this.rememberedMs === Infinity) return;
    entry.expiry ??= setTimeout(() => {
      this.refuse(id, unconfirmed('while the server remembers the message'));
    }, this.rememberedMs);
  }

  private take(id: string): Entry<Frame, Receipt> | undefined {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    clearTimeout(entry?.expiry);
    return entry;
  }
}

const unconfirmed = (when: string): Unconfirmed => new Unconfirmed(`No acknowledgement came ${when}`);
