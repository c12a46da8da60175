import { type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Closes `socket` as soon as its client has closed it, if nothing waits to be written. ws would first shut it down, which
 * is one more system call and another turn for the same FIN. Call it before ws listens to the socket. TLS says goodbye by
 * itself.
 */
export function endWithClient(socket: Duplex): void {
  if (!(socket instanceof TLSSocket)) socket.on('end', onEnd);
}

function onEnd(this: Duplex): void {
  if (this.writableLength === 0) this.destroy();
}
