import { io, type Socket } from 'socket.io-client';
import { isObject } from '../json.js';
import { ABNORMAL, NOT_ALLOWED } from './close-codes.js';
import { type Ending, NotConnected, Persistent, type SocketEnd, type SocketEvents, Unconfirmed } from './persistent.js';

/** Milliseconds after which a handshake or an answer is given up. */
const PATIENCE_MS = 20_000;

/** An event of Socket.IO: its name and payload. */
type EventFrame = readonly [event: string, payload?: unknown];

/** Socket.IO with one `Socket` per connection, so that nothing waiting in an old one is sent on a new one. */
export abstract class LiveSocketIo<Events extends SocketEvents, Spoken extends EventFrame> extends Persistent<Events> {
  private socket: Socket | undefined;
  /** Why this side ends the connection. */
  private ending: SocketEnd | undefined;

  /** Bytes that were sent but are still on this side of the connection; always 0 with polling. */
  get bufferedAmount(): number {
    // Engine.IO does not expose it, but its private WebSocket has it.
    const engine = this.socket?.io.engine as { readonly transport?: { readonly ws?: unknown } } | undefined;
    const amount = isObject(engine?.transport?.ws) ? engine.transport.ws['bufferedAmount'] : 0;
    return typeof amount === 'number' ? amount : 0;
  }

  /** What to present in the next handshake. @returns undefined when there is no credential any more */
  protected abstract auth(): Promise<Record<string, unknown> | undefined>;
  protected abstract received(event: string, payload: unknown): void;
  /** Called when the connection is established. */
  protected abstract opened(sid: string): void;

  protected get isOpen(): boolean {
    return this.socket?.connected === true;
  }

  /** Sends an event. @param acked called with the server's answer, unless the connection ends first */
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
      // WebSocket first, polling where it does not get through.
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
      // Only this reports a connection that ends before Engine.IO's own handshake; later, `disconnect` does so better.
      const { engine } = socket.io;
      const gone = (reason: string): void => {
        end({ code: ABNORMAL, reason });
      };
      engine.once('close', gone);
      socket.io.once('open', () => {
        engine.off('close', gone);
      });
      // There are no close codes: clients that are to stay away are disconnected, others are cut off.
      socket.on('disconnect', (reason) => {
        end({ code: reason === 'io server disconnect' ? NOT_ALLOWED : ABNORMAL, reason });
      });
      socket.onAny((event: string, payload: unknown) => {
        if (!this.ended) this.received(event, payload);
      });
    });
  }
}
