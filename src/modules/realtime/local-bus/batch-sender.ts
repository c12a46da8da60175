import { type Batch, type BusLink } from './bus-messages.js';

/** Batches that the kernel has not taken yet. While there are so many, what is new waits and grows into one batch. */
const MOST_UNDER_WAY = 4;
/** What an operation costs beside its payload, roughly. */
const OP_BYTES = 128;
const NOTHING = new Uint8Array(0);

/** Gathers what is said in one turn of the event loop, and sends it as one message. */
export class BatchSender<Op> {
  private ops: Op[] = [];
  private payloads: Uint8Array[] = [];
  private payloadBytes = 0;
  private underWay = 0;
  private scheduled = false;

  constructor(private readonly link: BusLink<Op>) {}

  /** Bytes that wait, roughly: what has to be bounded when the other side does not read. */
  get waitingBytes(): number {
    return this.payloadBytes + this.ops.length * OP_BYTES;
  }

  /** @param payload must not change any more */
  add(op: Op, payload?: Uint8Array): void {
    this.ops.push(op);
    if (payload !== undefined) {
      this.payloads.push(payload);
      this.payloadBytes += payload.length;
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.underWay >= MOST_UNDER_WAY) return;
    this.scheduled = true;
    setImmediate(this.flush);
  }

  private readonly flush = (): void => {
    this.scheduled = false;
    const batch: Batch<Op> = { ops: this.ops, bytes: this.joined() };
    this.ops = [];
    this.payloads = [];
    this.payloadBytes = 0;
    this.underWay++;
    this.link.send(batch, this.sent);
  };

  private readonly sent = (): void => {
    this.underWay--;
    if (this.ops.length > 0) this.schedule();
  };

  private joined(): Uint8Array {
    const [first] = this.payloads;
    if (first === undefined) return NOTHING;
    return this.payloads.length === 1 ? first : Buffer.concat(this.payloads, this.payloadBytes);
  }
}
