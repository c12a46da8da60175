import { type Duplex } from 'node:stream';
import { type Server, type Socket } from 'socket.io';
import type ws from 'ws';
import { WebSocket, WebSocketServer } from 'ws';
import { endWithClient } from '../flow/end-with-client.js';
import { BoundedSocket, piecesOf } from '../flow/bounded-socket.js';
import { textFrame } from '../flow/text-frame.js';
import { ADMISSION_FRAME_BYTES } from '../plain/plain-options.js';

/** The Engine.IO connection below a Socket.IO socket. */
export type EngineSocket = Socket['conn'];

/** Internals of Engine.IO's WebSocket transport and of ws. Not public, but stable for years. */
interface WebSocketTransport {
  readonly name: string;
  readonly writable: boolean;
  readonly perMessageDeflate?: unknown;
  readonly socket?: {
    _socket?: Duplex | null;
    pause?(): void;
    resume?(): void;
    terminate?(): void;
    bound?(bytes: number, isKnown: boolean): void;
    readonly begunBytes?: number;
    readonly arrivedBytes?: number;
  };
}

function transportOf(conn: EngineSocket): WebSocketTransport {
  return conn.transport;
}

/**
 * The stream below an open WebSocket, if Engine.IO has nothing waiting for it, so that a whole frame may be written to
 * it directly; `null` if Engine.IO must send (while polling, upgrading or writing).
 */
export function directStream(conn: EngineSocket): Duplex | null {
  const transport = transportOf(conn);
  if (transport.name !== 'websocket' || !transport.writable || conn.readyState !== 'open') return null;
  if (waitingPackets(conn).length > 0) return null;
  return transport.socket?._socket ?? null;
}

/** What Engine.IO has yet to send. */
function waitingPackets(conn: EngineSocket): readonly unknown[] {
  return conn['writeBuffer'] as readonly unknown[];
}

/** The underlying WebSocket; `undefined` while polling. */
export function socketOf(conn: EngineSocket): WebSocketTransport['socket'] {
  return transportOf(conn).socket;
}

/**
 * After this many milliseconds, a client that has not answered the close handshake is cut off; it would delay the
 * shutdown.
 */
const CLOSE_TIMEOUT_MS = 2_000;

/** The most that Engine.IO adds around a packet, in bytes. */
const ENVELOPE_BYTES = 16;
/** Largest message of a stranger, in bytes. */
export const STRANGER_BYTES = ADMISSION_FRAME_BYTES + ENVELOPE_BYTES;

type Sent = (error?: Error) => void;

/** Replaces ws's way of writing a frame, in two pieces by way of its sender, with one write. */
class EngineWebSocket extends BoundedSocket {
  override send(data: Parameters<WebSocket['send']>[0], options?: object | Sent, sent?: Sent): void {
    if (typeof data === 'string' && typeof options === 'function' && this.readyState === WebSocket.OPEN) {
      this._socket?.write(textFrame(data).bytes, options as () => void);
      return;
    }
    super.send(data, options as object, sent);
  }
}

/** Engine.IO's WebSocket server: every client starts as a stranger, and close handshakes have a time limit. */
export class EngineWebSocketServer extends WebSocketServer {
  constructor(options: ws.ServerOptions) {
    const maxPayload = Math.min(options.maxPayload ?? Infinity, STRANGER_BYTES);
    const [maxFragments, maxBufferedChunks] = [piecesOf(maxPayload), piecesOf(maxPayload)];
    const bounds = { WebSocket: EngineWebSocket, maxPayload, maxFragments, maxBufferedChunks };
    super({ ...options, ...bounds, closeTimeout: CLOSE_TIMEOUT_MS } as ws.ServerOptions);
  }

  /** Engine.IO opens the session in the next microtask, and its first packet leaves together with the 101. */
  override handleUpgrade(...upgrade: Parameters<WebSocketServer['handleUpgrade']>): void {
    const [, socket] = upgrade;
    endWithClient(socket);
    socket.cork();
    super.handleUpgrade(...upgrade);
    queueMicrotask(() => {
      socket.uncork();
    });
  }
}

/** Ends every connection of the engine, including those that never joined a namespace. */
export function endAll(io: Server): void {
  for (const conn of Object.values(io.engine['clients'])) {
    socketOf(conn)?.terminate?.();
    conn.close(true);
  }
}
