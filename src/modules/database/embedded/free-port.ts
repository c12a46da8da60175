import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { HOST } from './postmaster.js';

/**
 * A free loopback port below the range that the system assigns to outgoing connections. Otherwise a pool that keeps
 * retrying the port of a dead database could be assigned that very port, connect to itself and hold it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(20_000, 32_000);
    if (await canListen(port)) return port;
  }
  throw new Error('No free port found');
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, HOST, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
