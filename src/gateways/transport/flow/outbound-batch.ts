import { type PlainFrame } from './text-frame.js';

/**
 * The frames sent to one connection in one turn, as a chain: connections that were sent the same frames share one
 * batch, so a fan-out to a thousand sockets joins its frames once and allocates nothing per socket.
 */
export class OutboundBatch {
  private nextFrame: PlainFrame | null = null;
  private next: OutboundBatch | null = null;
  private joined: Buffer | null = null;

  private constructor(
    private readonly previous: OutboundBatch | null,
    private readonly frame: PlainFrame | null,
    /** Bytes of all frames up to this one. */
    readonly bytes: number,
    readonly frames: number,
  ) {}

  /** The empty batch that every connection starts a turn with. */
  static empty(): OutboundBatch {
    return new OutboundBatch(null, null, 0, 0);
  }

  /** This batch followed by `frame`. */
  with(frame: PlainFrame): OutboundBatch {
    if (this.nextFrame === frame && this.next !== null) return this.next;
    this.nextFrame = frame;
    return (this.next = new OutboundBatch(this, frame, this.bytes + frame.length, this.frames + frame.count));
  }

  /** All frames as one buffer. */
  toBuffer(): Buffer {
    if (this.joined !== null) return this.joined;
    if (this.frame !== null && this.bytes === this.frame.length) return this.frame.bytes;
    const out = Buffer.allocUnsafe(this.bytes);
    let batch = this.copyLast(out);
    while (batch !== null) batch = batch.copyLast(out);
    return (this.joined = out);
  }

  /** Copies the last frame into place. @returns what comes before it */
  private copyLast(out: Buffer): OutboundBatch | null {
    if (this.frame) this.frame.bytes.copy(out, this.bytes - this.frame.bytes.length);
    return this.previous;
  }
}
