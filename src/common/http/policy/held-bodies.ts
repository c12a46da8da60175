import { type IncomingMessage } from 'node:http';
import { addressKey } from './client-address.js';
import { HeldBytes, type Most } from './held-bytes.js';

/** Up to here bodies are not counted: a connection alone costs as much. */
const SMALL = 16_384;
/** Milliseconds for all of a body; one of 1 MiB arrives at 140 kbit/s. */
export const COMPLETE_MS = 60_000;

/**
 * Bodies that are held in memory until they are complete, before anybody knows whose they are. What has arrived counts,
 * not what was announced: announcing costs nothing.
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
   * Whether the body of `request` may be read; counts it until it has been, and hangs up on who goes too far or takes too long.
   * @param largest bytes that are read of one
   */
  admits(request: IncomingMessage, largest: number): boolean {
    const { headers, socket } = request;
    const isKnown = headers['transfer-encoding'] === undefined && headers['content-encoding'] === undefined;
    const announced = isKnown ? Math.min(largest, Number(headers['content-length'] ?? 0)) : 0;
    // Of what has gone already there is nothing to count, and nothing would say when it is over.
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
    // What the answer takes does not count. Answered before it was whole, a request does not say that it is over.
    request.once('end', whole).once('close', whole);
    socket.once('close', whole);
    return true;
  }

  /** Under way, of all. */
  get bytes(): number {
    return this.held.all;
  }
}
