import { type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Closes `socket` as soon as its client has closed it, unless something waits to be written. ws would first shut it
 * down, at the cost of a system call and a turn for the same FIN. Call this before ws listens to the socket. TLS has
 * its own way of ending.
 */
export function endWithClient(socket: Duplex): void {
  if (!(socket instanceof TLSSocket)) socket.on('end', onEnd);
}

function onEnd(this: Duplex): void {
  if (this.writableLength === 0) this.destroy();
}
