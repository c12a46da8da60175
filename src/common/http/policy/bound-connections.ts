import { type Server } from 'node:http';

/** Milliseconds without a byte in either direction until a connection with an active request is closed. */
const SILENCE_MS = 120_000;

/**
 * Limits how long heads may take (by Node's `headersTimeout`) and how long silence may last, not the total duration: an
 * upload over a slow line is fine, and an event stream has no end. WebSockets are not affected.
 */
export function boundConnections(server: Server, keepAliveSeconds: number, silenceMs = SILENCE_MS): void {
  server.keepAliveTimeout = keepAliveSeconds * 1_000;
  server.requestTimeout = 0;
  server.timeout = silenceMs;
}
