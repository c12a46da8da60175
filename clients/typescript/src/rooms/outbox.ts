/** The server knows an id for ten minutes; later the same id would make a second message. */
const REMEMBERED_MS = 9.5 * 60_000;

export interface Receipt {
  /** Place in a durable room. */
  readonly offset?: number;
  readonly epoch?: string;
}

/** The server has refused a message; nobody has heard it. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';

  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** The message was sent, but no acknowledgement has come: whether it was heard is not known. */
export class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';
}

interface Entry {
  readonly text: string;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: Error) => void;
  expiry?: ReturnType<typeof setTimeout>;
}

/** Messages without an acknowledgement yet, in the order they were said. */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private readonly prefix = randomPrefix();
  private count = 0;

  get size(): number {
    return this.entries.size;
  }

  /** @param say sends it now, if there is a connection */
  add(message: unknown, say: (text: string) => boolean): Promise<Receipt> {
    const id = `${this.prefix}-${++this.count}`;
    const text = JSON.stringify({ message, id });
    return new Promise((resolve, reject) => {
      const entry: Entry = { text, resolve, reject };
      this.entries.set(id, entry);
      if (say(text)) this.sent(id, entry);
    });
  }

  /** Sends everything again, under the same ids. */
  resend(say: (text: string) => boolean): void {
    for (const [id, entry] of this.entries) {
      if (!say(entry.text)) return;
      this.sent(id, entry);
    }
  }

  resendOne(id: string, say: (text: string) => boolean): void {
    const entry = this.entries.get(id);
    if (entry !== undefined) say(entry.text);
  }

  confirm(id: string, receipt: Receipt): void {
    this.take(id)?.resolve(receipt);
  }

  refuse(id: string, error: Error): void {
    this.take(id)?.reject(error);
  }

  /** The longest of what was sent: the one that a server found too large. */
  refuseLongest(error: Error): void {
    let longest: string | undefined;
    let length = 0;
    for (const [id, { text, expiry }] of this.entries) {
      if (expiry === undefined || text.length <= length) continue;
      longest = id;
      length = text.length;
    }
    if (longest !== undefined) this.refuse(longest, error);
  }

  /** @param unsent for what never left */
  abandon(unsent: Error): void {
    for (const [id, { expiry }] of this.entries) {
      this.refuse(id, expiry === undefined ? unsent : new Unconfirmed('No acknowledgement came before the end'));
    }
  }

  private sent(id: string, entry: Entry): void {
    entry.expiry ??= setTimeout(() => {
      this.refuse(id, new Unconfirmed('No acknowledgement came while the server remembers the message'));
    }, REMEMBERED_MS);
  }

  private take(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    clearTimeout(entry?.expiry);
    return entry;
  }
}

/** Of its own for each program that speaks for an endpoint; 128 bits. */
function randomPrefix(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
