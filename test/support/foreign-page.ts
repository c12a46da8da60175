import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { CLIENTS, type ClientVersion } from './signaling.js';

const require = createRequire(import.meta.url);
const VERSIONS = Object.keys(CLIENTS) as ClientVersion[];

/** Another web server: an empty page for each major version of the Socket.IO client, with its bundle. */
export class ForeignPages {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(): Promise<ForeignPages> {
    const server = createServer((request, response) => {
      const [, version = '', file] = (request.url ?? '').split('/');
      if (!VERSIONS.includes(version as ClientVersion)) response.writeHead(204).end();
      else if (file === 'client.js') void bundle(version as ClientVersion).then((text) => response.end(text));
      else response.setHeader('Content-Type', 'text/html').end('<!doctype html><script src="client.js"></script>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ForeignPages(server, (server.address() as AddressInfo).port);
  }

  /** An origin of this server; it has two. */
  origin(host: '127.0.0.1' | 'localhost' = '127.0.0.1'): string {
    return `http://${host}:${this.port}`;
  }

  page(version: ClientVersion = '4.x', host?: '127.0.0.1' | 'localhost'): string {
    return `${this.origin(host)}/${version}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function bundle(version: ClientVersion): Promise<string> {
  const folder = path.dirname(require.resolve(`${CLIENTS[version]}/package.json`));
  return readFile(path.join(folder, 'dist/socket.io.js'), 'utf8');
}
