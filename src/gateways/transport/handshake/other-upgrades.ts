import { type IncomingMessage, type Server } from 'node:http';
import { type Duplex } from 'node:stream';
import { type TLSSocket } from 'node:tls';

/** Headers that ask for another protocol, or belong to such a request. */
const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);
const UPGRADE_TOKENS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** Whether the client wants a WebSocket; some clients offer `h2c` with every ordinary request. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const { upgrade = '' } = request.headers;
  // As nearly all write it.
  if (upgrade === 'websocket') return true;
  return upgrade
    .toLowerCase()
    .split(',')
    .some((name) => name.trim() === 'websocket');
}

/**
 * Serves a request as if it had not asked for another protocol, as RFC 9110 (7.8) allows. Node hands every upgrade to
 * the upgrade listener, so the request is put back in front of its socket without the upgrade headers and read again.
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    const value = request.rawHeaders[i + 1] as string;
    const lower = name.toLowerCase();
    if (UPGRADE_HEADERS.has(lower)) continue;
    lines.push(`${name}: ${lower === 'connection' ? withoutUpgrade(value) : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit((socket as Partial<TLSSocket>).encrypted === true ? 'secureConnection' : 'connection', socket);
}

function withoutUpgrade(connection: string): string {
  const kept = connection.split(',').filter((token) => !UPGRADE_TOKENS.has(token.trim().toLowerCase()));
  return kept.length > 0 ? kept.join(',') : 'keep-alive';
}
