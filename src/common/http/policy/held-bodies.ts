import { type IncomingMessage } from 'node:http';
import { addressKey } from './client-address.js';

/** Up to here bodies are not counted: a connection alone costs as much. */
const SMALL = 16_384;
/** Milliseconds for all of a body; one of 1 MiB arrives at 140 kbit/s. */
const COMPLETE_MS = 60_000;

interface Most {
  readonly address: number;
  readonly all: number;
}

const MOST: Most = { address: 16_777_216, all: 134_217_728 };

/**
 * Bodies that are held in memory until they are complete, before anybody knows whose they are: how many bytes of them an
 * address may have under way, and all together. Who holds one back loses its connection.
 */
export class HeldBodies {
  private readonly held = new Map<string, number>();
  private all = 0;

  constructor(
    private readonly addressOf: (request: IncomingMessage) => string,
    private readonly most = MOST,
    private readonly completeMs = COMPLETE_MS,
  ) {}

  /**
   * Whether the body of `request` may be read; counts it until it has been. One alone may have any size.
   * @param largest bytes that are read of one
   */
  admits(request: IncomingMessage, largest: number): boolean {
    const bytes = bytesOf(request, largest);
    if (bytes <= SMALL) return true;
    const key = addressKey(this.addressOf(request));
    const held = this.held.get(key) ?? 0;
    if ((held > 0 && held + bytes > this.most.address) || (this.all > 0 && this.all + bytes > this.most.all))
      return false;
    this.add(key, bytes);
    const late = setTimeout(() => request.destroy(), this.completeMs).unref();
    let isHeld = true;
    const whole = () => {
      if (isHeld) this.add(key, -bytes);
      isHeld = false;
      clearTimeout(late);
    };
    // What the answer takes does not count.
    request.once('end', whole).once('close', whole);
    return true;
  }

  private add(key: string, bytes: number): void {
    const held = (this.held.get(key) ?? 0) + bytes;
    if (held > 0) this.held.set(key, held);
    else this.held.delete(key);
    this.all += bytes;
  }
}

function bytesOf({ headers }: IncomingMessage, largest: number): number {
  const isKnown = headers['transfer-encoding'] === undefined && headers['content-encoding'] === undefined;
  return isKnown ? Math.min(largest, Number(headers['content-length'] ?? 0)) : largest;
}
