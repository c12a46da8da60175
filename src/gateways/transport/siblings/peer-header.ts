import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';

/**
 * Tells a sibling worker who the client is. Trusted on private doors only; the same header from a client is never
 * passed on.
 */
export const PEER_HEADER = 'x-switchboard-peer';

/** What policies and logs need to know of the client's real connection. */
interface Peer {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
}

export function describePeer({ socket }: IncomingMessage): string {
  const peer: Peer = {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    tls: (socket as Partial<TLSSocket>).encrypted === true,
  };
  return JSON.stringify(peer);
}

/** Makes a request that came through a private door look as it did at the sibling's. */
export function assumePeer(request: IncomingMessage): void {
  const { [PEER_HEADER]: header } = request.headers;
  if (typeof header !== 'string') return;
  const { address, port, tls } = JSON.parse(header) as Peer;
  const shown = { remoteAddress: address, remotePort: port, ...(tls && { encrypted: true }) };
  const { socket } = request as { socket: Socket & { encrypted?: true } };
  // The same connection carries requests of many clients, one after the other.
  delete socket.encrypted;
  for (const [name, value] of Object.entries(shown)) {
    Object.defineProperty(socket, name, { value, configurable: true, enumerable: true });
  }
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one constant name
  delete request.headers[PEER_HEADER];
}
