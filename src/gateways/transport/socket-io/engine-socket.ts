import { type Duplex } from 'node:stream';
import { type Server, type Socket } from 'socket.io';
import type ws from 'ws';
import { WebSocketServer } from 'ws';
import { BoundedSocket, piecesOf } from '../flow/bounded-socket.js';
import { ADMISSION_FRAME_BYTES } from '../plain/plain-options.js';

/** Engine.IO's connection below a Socket.IO socket. */
export type EngineSocket = Socket['conn'];

/** The parts of Engine.IO's WebSocket transport that ws and it have kept for years without a public name for them. */
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
 * The stream below an open WebSocket on which nothing of Engine.IO's waits, so that a whole frame may be written to it
 * directly; `null` when Engine.IO has to do it (polling, upgrading, writing).
 */
export function directStream(conn: EngineSocket): Duplex | null {
  const transport = transportOf(conn);
  if (transport.name !== 'websocket' || !transport.writable || conn.readyState !== 'open') return null;
  if (waitingPackets(conn).length > 0) return null;
  return transport.socket?._socket ?? null;
}

/** What Engine.IO has to send still. */
function waitingPackets(conn: EngineSocket): readonly unknown[] {
  return conn['writeBuffer'] as readonly unknown[];
}

/** The WebSocket below; `undefined` while polling. */
export function socketOf(conn: EngineSocket): WebSocketTransport['socket'] {
  return transportOf(conn).socket;
}

/** A client that never answers the close handshake would hold up the shutdown this long, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;

/** What Engine.IO writes around a packet, at most. */
const ENVELOPE_BYTES = 16;
/** Largest message of a stranger. */
export const STRANGER_BYTES = ADMISSION_FRAME_BYTES + ENVELOPE_BYTES;

/** Engine.IO's WebSocket server: all are strangers at first, and a close handshake ends in time. */
export class EngineWebSocketServer extends WebSocketServer {
  constructor(options: ws.ServerOptions) {
    const maxPayload = Math.min(options.maxPayload ?? Infinity, STRANGER_BYTES);
    const [maxFragments, maxBufferedChunks] = [piecesOf(maxPayload), piecesOf(maxPayload)];
    const bounds = { WebSocket: BoundedSocket, maxPayload, maxFragments, maxBufferedChunks };
    super({ ...options, ...bounds, closeTimeout: CLOSE_TIMEOUT_MS } as ws.ServerOptions);
  }

  /** Engine.IO opens the session in the next microtask: its first packet leaves with the 101. */
  override handleUpgrade(...upgrade: Parameters<WebSocketServer['handleUpgrade']>): void {
    const [, socket] = upgrade;
    socket.cork();
    super.handleUpgrade(...upgrade);
    queueMicrotask(() => {
      socket.uncork();
    });
  }
}

/** Ends every connection of the engine, those that never joined a namespace included. */
export function endAll(io: Server): void {
  for (const conn of Object.values(io.engine['clients'])) {
    socketOf(conn)?.terminate?.();
    conn.close(true);
  }
}
