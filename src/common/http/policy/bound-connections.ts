import { type Server } from 'node:http';

/** Milliseconds without a byte in either direction after which a connection with a request on it is closed. */
const SILENCE_MS = 120_000;

/**
 * Limits heads (by Node's `headersTimeout`) and silence, not duration: an upload over a slow line is as good as any, and
 * an event stream has no end. WebSockets are not concerned.
 */
export function boundConnections(server: Server, keepAliveSeconds: number, silenceMs = SILENCE_MS): void {
  server.keepAliveTimeout = keepAliveSeconds * 1_000;
  server.requestTimeout = 0;
  server.timeout = silenceMs;
}
