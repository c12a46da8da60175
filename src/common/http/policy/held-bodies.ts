import { type IncomingMessage } from 'node:http';
import { addressKey } from './client-address.js';
import { HeldBytes, type Most } from './held-bytes.js';

/** Smaller bodies are not counted: the connection alone costs as much. */
const SMALL = 16_384;
/** Milliseconds in which a body must be complete; 1 MiB takes that long at 140 kbit/s. */
export const COMPLETE_MS = 60_000;

/**
 * Limits the bodies held in memory until they are complete, before it is known who sends them. What has arrived counts,
 * not what was announced: announcing costs the sender nothing.
 */
export class HeldBodies {
  private readonly held: HeldBytes;

  constructor(
    private readonly addressOf: (request: IncomingMessage) => string,
    most?: Most,
    private readonly completeMs = COMPLETE_MS,
  ) {
    this.held = new HeldBytes(most);
  }

  /**
   * Whether the body of `request` may be read. Counts it until it is complete, and drops the connection when it becomes
   * too large or takes too long.
   * @param largest the most bytes that are read of one body
   */
  admits(request: IncomingMessage, largest: number): boolean {
    const { headers, socket } = request;
    const isKnown = headers['transfer-encoding'] === undefined && headers['content-encoding'] === undefined;
    const announced = isKnown ? Math.min(largest, Number(headers['content-length'] ?? 0)) : 0;
    // A destroyed request has nothing left to count, and would emit no event that ends the counting.
    if ((isKnown && announced <= SMALL) || request.destroyed) return true;
    const key = addressKey(this.addressOf(request));
    if (this.held.isFull(key, 0, announced)) return false;
    let bytes = 0;
    const push = request.push.bind(request);
    request.push = (chunk: Buffer | null, encoding) => {
      if (chunk !== null) {
        bytes += chunk.length;
        this.held.add(key, chunk.length);
        if (bytes > SMALL && this.held.isFull(key, bytes, 0)) {
          request.destroy();
          return false;
        }
      }
      return push(chunk, encoding);
    };
    const whole = (): void => {
      clearTimeout(late);
      socket.off('close', whole);
      this.held.add(key, -bytes);
      bytes = 0;
    };
    const late = setTimeout(() => request.destroy(), this.completeMs).unref();
    // A complete body no longer counts while the response is made. A request answered early may never emit `end`.
    request.once('end', whole).once('close', whole);
    socket.once('close', whole);
    return true;
  }

  /** Bytes currently held, of all bodies. */
  get bytes(): number {
    return this.held.all;
  }
}
