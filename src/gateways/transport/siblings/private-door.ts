import { createServer, type IncomingMessage, type Server } from 'node:http';
import { assumePeer } from './peer-header.js';

/** Where sibling workers hand over requests that belong to this one: an HTTP server that only they can reach. */
export class PrivateDoor {
  private constructor(private readonly server: Server) {}

  /**
   * @param path Unix socket in a folder closed to others, or named pipe
   * @param main serves what comes through as if it had come to its own port
   */
  static async open(path: string, main: Server): Promise<PrivateDoor> {
    const server = createServer({ keepAliveTimeout: 0 });
    const handOver =
      (event: 'request' | 'upgrade') =>
      (request: IncomingMessage, ...rest: unknown[]) => {
        assumePeer(request);
        main.emit(event, request, ...rest);
      };
    server.on('request', handOver('request'));
    server.on('upgrade', handOver('upgrade'));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // Exclusive, because the processes of a cluster would share it by default.
      server.listen({ path, exclusive: true }, resolve);
    });
    return new PrivateDoor(server);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
