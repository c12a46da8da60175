import { type IncomingMessage } from 'node:http';
import { type Server } from 'socket.io';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { type EngineSocket } from './engine-socket.js';

/** Polling sessions per address and node; each takes about 10 KB. */
const MOST_POLLING = 10_000;

/**
 * Limits the number of polling sessions per address. A session costs the client one request and then lives for three
 * quarters of a minute without holding a socket, so no other limit applies.
 */
export class PollingAllowance {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly addressOf: (request: IncomingMessage) => string,
    private readonly most = MOST_POLLING,
  ) {}

  /** Whether a session may begin with this request. Sessions that begin on a socket always may. */
  allows(request: IncomingMessage): boolean {
    if (request.headers.upgrade !== undefined) return true;
    return this.counts.size === 0 || (this.counts.get(this.keyOf(request)) ?? 0) < this.most;
  }

  /** Counts the polling sessions of `engine` until they end or upgrade to a WebSocket. */
  watch(engine: Server['engine']): void {
    engine.on('connection', (conn: EngineSocket) => {
      if (conn.transport.name !== 'polling') return;
      const key = this.keyOf(conn.request);
      this.add(key, 1);
      let counts = true;
      const stop = (): void => {
        if (counts) this.add(key, -1);
        counts = false;
      };
      conn.once('upgrade', stop);
      conn.once('close', stop);
    });
  }

  private keyOf(request: IncomingMessage): string {
    return addressKey(this.addressOf(request));
  }

  private add(key: string, by: number): void {
    const count = (this.counts.get(key) ?? 0) + by;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}
