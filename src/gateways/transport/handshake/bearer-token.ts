import { type IncomingHttpHeaders } from 'node:http';

/**
 * The token of an upgrade request: `Authorization: Bearer <token>`, or the subprotocol `bearer.<token>` for clients
 * that cannot set headers. `undefined` when there is none.
 */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  const header = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (header !== undefined) return header;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith('bearer.'))?.slice('bearer.'.length);
}
