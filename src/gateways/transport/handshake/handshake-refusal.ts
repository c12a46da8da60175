import { STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { type AppError } from '../../../common/errors/app-error.js';
import { statusOf } from '../../../common/http/problems/problem.js';

/** The client asks for a WebSocket version that we do not speak. */
export const UPGRADE_REQUIRED = 426;
export const METHOD_NOT_ALLOWED = 405;

/** Headers that must accompany a status, by RFC 6455 (4.4) and RFC 9110 (15.5.6). */
const HEADERS: Readonly<Record<number, string | undefined>> = {
  [UPGRADE_REQUIRED]: 'Sec-WebSocket-Version: 13',
  [METHOD_NOT_ALLOWED]: 'Allow: GET',
};

/** Answers an upgrade with an ordinary HTTP response and ends the socket. */
export function refuseHandshake(socket: Duplex, status: number, retryAfterSeconds?: number): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const header = HEADERS[status];
  const reason = STATUS_CODES[status] ?? 'Refused';
  const body = `${status} ${reason}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
    ...(header === undefined ? [] : [header]),
  ];
  socket.once('finish', () => {
    socket.destroy();
  });
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The HTTP status for a handshake that admission refused. */
export function handshakeStatus({ kind }: AppError): number {
  return statusOf(kind === 'no_space' ? 'unavailable' : kind);
}
