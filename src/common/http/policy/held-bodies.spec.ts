import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldBodies } from './held-bodies.js';

/** Bytes that are read of one. */
const LARGEST = 50_000;
const MOST = { address: 60_000, all: 100_000 };

describe('bodies that are held until they are complete', () => {
  let server: Server;
  let bodies: HeldBodies;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    bodies = new HeldBodies(addressOf, MOST);
    server = createServer((request, response) => {
      const admitted = bodies.admits(request, LARGEST);
      response.writeHead(admitted ? 200 : 503).flushHeaders();
      if (admitted) request.resume().on('end', () => response.end());
      else response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  const addressOf = ({ headers }: IncomingMessage): string => String(headers['x-address']);

  /** Sends a head, and as much of the body as is said. @returns the status, and the socket to send the rest on */
  async function send(address: string, headers: string, body = ''): Promise<{ status: number; socket: Socket }> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nX-Address: ${address}\r\n${headers}\r\n\r\n${body}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return { status: Number(String(answer).split(' ')[1]), socket };
  }
  const statusOf = async (...sent: Parameters<typeof send>): Promise<number> => (await send(...sent)).status;

  it('are bounded for an address, and go when they are complete or their connection is', async () => {
    const { status, socket } = await send('a', 'Content-Length: 20000');
    expect(status).toBe(200);
    const other = await send('a', 'Content-Length: 40000', 'half');
    expect(other.status).toBe(200);
    expect(await statusOf('a', 'Content-Length: 20000')).toBe(503);
    expect(await statusOf('a', 'Content-Length: 16384')).toBe(200);
    expect(await statusOf('b', 'Content-Length: 20000')).toBe(200);
    socket.write('x'.repeat(20_000));
    await once(socket, 'data');
    expect(await statusOf('a', 'Content-Length: 20000')).toBe(200);
    const gone = once(server, 'request');
    other.socket.destroy();
    for (let status = 503; status !== 200;) status = await statusOf('a', 'Content-Length: 40000');
    await gone;
  });

  it('are bounded for all addresses together, those of one /64 for one', async () => {
    expect(await statusOf('2001:db8::1', 'Content-Length: 50000')).toBe(200);
    expect(await statusOf('2001:db8::2', 'Content-Length: 50000')).toBe(503);
    expect(await statusOf('a', 'Content-Length: 40000')).toBe(200);
    expect(await statusOf('b', 'Content-Length: 20000')).toBe(503);
  });

  it.each([
    'Transfer-Encoding: chunked',
    'Content-Length: 20\r\nContent-Encoding: gzip',
    'Content-Length: 1000000000000',
  ])('count as what is read at most where nobody knows, or more is said: %s', async (headers) => {
    expect(await statusOf('a', headers)).toBe(200);
    expect(await statusOf('a', 'Content-Length: 20000')).toBe(503);
    expect(await statusOf('b', 'Content-Length: 20000')).toBe(200);
  });

  it('lose their connection when they are held back', async () => {
    bodies = new HeldBodies(addressOf, MOST, 20);
    const { status, socket } = await send('a', 'Content-Length: 50000', 'half');
    expect(status).toBe(200);
    await once(socket, 'close');
    expect(await statusOf('a', 'Content-Length: 50000')).toBe(200);
  });
});
