import { io, type Socket } from 'socket.io-client';
import { isObject } from '../json.js';
import { ABNORMAL, NOT_ALLOWED } from './close-codes.js';
import { type Ending, NotConnected, Persistent, type SocketEnd, type SocketEvents, Unconfirmed } from './persistent.js';

/** A handshake, or an answer, that takes longer is given up. */
const PATIENCE_MS = 20_000;

/** Of Socket.IO: the name of an event and what it carries. */
type EventFrame = readonly [event: string, payload?: unknown];

/** Socket.IO, with one `Socket` for each connection: nothing that waits in an old one is sent on a new one. */
export abstract class LiveSocketIo<Events extends SocketEvents, Spoken extends EventFrame> extends Persistent<Events> {
  private socket: Socket | undefined;
  /** Why this side ends the connection. */
  private ending: SocketEnd | undefined;

  /** Bytes that were sent and are still on this side of the connection; over polling always 0. */
  get bufferedAmount(): number {
    // Engine.IO does not say; its WebSocket, private to it, does.
    const engine = this.socket?.io.engine as { readonly transport?: { readonly ws?: unknown } } | undefined;
    const amount = isObject(engine?.transport?.ws) ? engine.transport.ws['bufferedAmount'] : 0;
    return typeof amount === 'number' ? amount : 0;
  }

  /** What to show in the next handshake. @returns undefined when there is nothing to come in with any more */
  protected abstract auth(): Promise<Record<string, unknown> | undefined>;
  protected abstract received(event: string, payload: unknown): void;
  /** The connection stands. */
  protected abstract opened(sid: string): void;

  protected get isOpen(): boolean {
    return this.socket?.connected === true;
  }

  /** Sends an event. @param acked is called with what the server answers, unless the connection ends before */
  protected say([event, ...payloads]: Spoken, acked?: (answer: unknown) => void): void {
    if (this.socket === undefined || !this.isOpen) throw new NotConnected('Not connected');
    if (acked === undefined) this.socket.emit(event, ...payloads);
    else this.socket.emit(event, ...payloads, acked);
  }

  /** Sends an event and waits for its acknowledgement. Rejects with `Unconfirmed` when none comes. */
  protected async ask([event, ...payloads]: Spoken): Promise<unknown> {
    if (this.socket === undefined || !this.isOpen) throw new NotConnected('Not connected');
    try {
      return (await this.socket.timeout(PATIENCE_MS).emitWithAck(event, ...payloads)) as unknown;
    } catch (error) {
      throw new Unconfirmed(`${event} was not answered`, { cause: error });
    }
  }

  /** Ends this connection, not the socket. */
  protected hangUp(end: SocketEnd): void {
    this.ending = end;
    this.socket?.disconnect();
  }

  protected async connection(unwanted: AbortSignal): Promise<Ending> {
    let auth: Record<string, unknown> | undefined;
    try {
      auth = await this.auth();
    } catch (error) {
      return { code: ABNORMAL, reason: error instanceof Error ? error.message : String(error) };
    }
    if (auth === undefined) return { code: NOT_ALLOWED, reason: 'nothing to sign in with' };
    if (unwanted.aborted) return { code: ABNORMAL, reason: '' };
    const { origin, pathname } = new URL(this.options.url);
    const socket = io(origin, {
      path: `${pathname.replace(/\/+$/, '')}/socket.io/`,
      auth,
      forceNew: true,
      reconnection: false,
      timeout: PATIENCE_MS,
      // A WebSocket at once, and polling where none gets through.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
    });
    this.socket = socket;
    this.ending = undefined;
    return new Promise((resolve) => {
      const end = (ending: SocketEnd): void => {
        unwanted.removeEventListener('abort', close);
        socket.disconnect();
        resolve(this.ending ?? ending);
      };
      const close = (): void => {
        end({ code: ABNORMAL, reason: 'closed by the caller' });
      };
      unwanted.addEventListener('abort', close);
      socket.on('connect', () => {
        this.opened(socket.id ?? '');
      });
      socket.on('connect_error', ({ message }) => {
        end({ code: ABNORMAL, reason: message });
      });
      // Of a connection that ends before Engine.IO's own handshake, nothing else tells; later `disconnect` does, and better.
      const { engine } = socket.io;
      const gone = (reason: string): void => {
        end({ code: ABNORMAL, reason });
      };
      engine.once('close', gone);
      socket.io.once('open', () => {
        engine.off('close', gone);
      });
      // There are no close codes: whoever is to stay away is disconnected, anybody else is cut off.
      socket.on('disconnect', (reason) => {
        end({ code: reason === 'io server disconnect' ? NOT_ALLOWED : ABNORMAL, reason });
      });
      socket.onAny((event: string, payload: unknown) => {
        if (!this.ended) this.received(event, payload);
      });
    });
  }
}
