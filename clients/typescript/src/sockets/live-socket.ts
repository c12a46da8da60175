import { webSocketClass } from '#web-socket';
import { type JsonObject, objectOf } from '../json.js';
import { ABNORMAL } from './close-codes.js';
import { type Ending, NotConnected, Persistent, type SocketEvents } from './persistent.js';

/** Milliseconds after which a handshake is given up. */
const HANDSHAKE_MS = 20_000;
/** Milliseconds after an error within which the close event may come. */
const CLOSE_MS = 1000;
/** The other side is not Switchboard, or is broken. */
const GARBAGE = 4002;

/** A plain WebSocket that carries JSON objects. */
export abstract class LiveSocket<Events extends SocketEvents> extends Persistent<Events> {
  private socket: WebSocket | undefined;
  private finish: ((ending: Ending) => void) | undefined;

  /** Bytes that were sent but are still on this side of the connection: how far the network lags behind. */
  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Path and query of the next attempt. */
  protected abstract path(): string;
  protected abstract received(frame: JsonObject): void;
  /** Called when the connection is established. */
  protected abstract opened(): void;

  protected subprotocols(): string[] {
    return [];
  }

  protected get isOpen(): boolean {
    return this.socket?.readyState === 1;
  }

  protected sendText(text: string): void {
    if (this.socket === undefined || !this.isOpen) throw new NotConnected('Not connected');
    this.socket.send(text);
  }

  /** Ends this connection, not the socket, which reconnects even if the other side has fallen silent. */
  protected hangUp(code: number, reason: string): void {
    this.socket?.close(code, reason);
    this.finish?.({ code: ABNORMAL, reason });
  }

  protected async connection(unwanted: AbortSignal): Promise<Ending> {
    const Socket = await webSocketClass();
    const url = this.options.url.replace(/^http/, 'ws').replace(/\/+$/, '') + this.path();
    const socket = new Socket(url, this.subprotocols());
    this.socket = socket;
    const isCurrent = (): boolean => this.socket === socket && !this.ended;
    return new Promise((resolve) => {
      const finish = (ending: Ending): void => {
        if (this.socket === socket) this.socket = undefined;
        clearTimeout(timer);
        unwanted.removeEventListener('abort', leave);
        resolve(ending);
      };
      // Does not wait for the other side's close frame: the network may be gone.
      const leave = (): void => {
        socket.close(1000);
        finish({ code: ABNORMAL, reason: 'left' });
      };
      const timer = setTimeout(leave, HANDSHAKE_MS);
      unwanted.addEventListener('abort', leave);
      if (unwanted.aborted) leave();
      this.finish = finish;
      socket.addEventListener('open', () => {
        clearTimeout(timer);
        if (isCurrent()) this.opened();
      });
      socket.addEventListener('message', ({ data }) => {
        if (isCurrent()) this.hear(data);
      });
      // The close event that follows says more, but Node 22 sends none when a connection cannot be made.
      socket.addEventListener('error', () => {
        setTimeout(finish, CLOSE_MS, { code: ABNORMAL, reason: 'cannot connect' });
      });
      socket.addEventListener('close', ({ code, reason }) => {
        finish({ code, reason });
      });
    });
  }

  private hear(data: unknown): void {
    const frame = objectOf(data);
    if (frame === undefined) {
      // Better to reconnect than to continue without a frame.
      this.hangUp(GARBAGE, 'not a JSON object');
      return;
    }
    this.frameText = String(data);
    try {
      this.received(frame);
    } finally {
      this.frameText = '';
    }
  }
}
