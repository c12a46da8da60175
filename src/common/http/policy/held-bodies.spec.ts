import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldBodies } from './held-bodies.js';

/** Bytes read from one. */
const LARGEST = 50_000;
const MOST = { address: 60_000, all: 100_000 };

describe('incomplete bodies', () => {
  let server: Server;
  let bodies: HeldBodies;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    bodies = new HeldBodies(addressOf, MOST);
    server = createServer((request, response) => {
      const admitted = bodies.admits(request, LARGEST);
      response.writeHead(admitted ? 200 : 503).flushHeaders();
      if (!admitted) response.end();
      // One character for each byte that has arrived.
      else
        request.on('data', (data: Buffer) => response.write('x'.repeat(data.length))).on('end', () => response.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  const addressOf = ({ headers }: IncomingMessage): string => String(headers['x-address']);

  /**
   * Sends a head, and the given number of body bytes.
   * @returns the status, 0 if cut off, once everything sent has arrived; and the socket to send the rest on
   */
  async function send(address: string, headers: string, bytes = 0): Promise<{ status: number; socket: Socket }> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    const isChunked = headers.includes('chunked');
    const body = 'x'.repeat(bytes);
    const sent = isChunked && bytes > 0 ? `${bytes.toString(16)}\r\n${body}\r\n` : body;
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nX-Address: ${address}\r\n${headers}\r\n\r\n${sent}`);
    let answer = '';
    const arrived = (): number => answer.split('x').length - 1;
    return new Promise((resolve) => {
      socket.on('data', (data: Buffer) => {
        answer += data.toString();
        const status = Number(answer.split(' ')[1]);
        if (status !== 200 || arrived() >= bytes) resolve({ status, socket });
      });
      socket
        .on('error', () => undefined)
        .on('close', () => {
          resolve({ status: 0, socket });
        });
    });
  }
  const statusOf = async (...sent: Parameters<typeof send>): Promise<number> => (await send(...sent)).status;

  it('are bounded per address, and released once they are complete or their connection ends', async () => {
    const { status, socket } = await send('a', 'Content-Length: 20000', 19_999);
    expect(status).toBe(200);
    const other = await send('a', 'Content-Length: 40000', 39_999);
    expect(other.status).toBe(200);
    expect(await statusOf('a', 'Content-Length: 20000')).toBe(503);
    expect(await statusOf('a', 'Content-Length: 16384', 16_384)).toBe(200);
    expect(await statusOf('b', 'Content-Length: 20000')).toBe(200);
    socket.write('x');
    await once(socket, 'data');
    expect(await statusOf('a', 'Content-Length: 20000')).toBe(200);
    other.socket.destroy();
    for (let status = 503; status !== 200;) status = await statusOf('a', 'Content-Length: 50000', 49_999);
  });

  it('are bounded in total, with a /64 as one address; the first of an address is always accepted', async () => {
    expect(await statusOf('2001:db8::1', 'Content-Length: 50000', 49_999)).toBe(200);
    expect(await statusOf('2001:db8::2', 'Content-Length: 50000')).toBe(503);
    expect(await statusOf('a', 'Content-Length: 50000', 49_999)).toBe(200);
    expect(await statusOf('b', 'Content-Length: 50000', 20_000)).toBe(200);
    expect(await statusOf('b', 'Content-Length: 20000')).toBe(503);
  });

  it.each(['Transfer-Encoding: chunked', 'Content-Length: 70000\r\nContent-Encoding: gzip', 'Content-Length: 70000'])(
    'count by bytes received, not by bytes announced: %s',
    async (headers) => {
      for (let n = 0; n < 9; n++) expect(await statusOf('a', headers)).toBe(200);
      expect(await statusOf('a', 'Content-Length: 30000', 29_999)).toBe(200);
      expect(await statusOf('a', 'Content-Length: 30000', 20_000)).toBe(200);
      expect(await statusOf('a', 'Transfer-Encoding: chunked', 20_000)).toBe(0);
      expect(await statusOf('b', headers)).toBe(200);
    },
  );

  it('are no longer counted once they have been answered early or are gone', async () => {
    server.removeAllListeners('request').on('request', (request, response) => {
      expect(bodies.admits(request, LARGEST)).toBe(true);
      request.once('data', () => response.writeHead(400, { 'Content-Length': 0 }).end());
    });
    for (let n = 0; n < 5; n++) {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nX-Address: a\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(30_000)}`);
      await once(socket, 'data');
      socket.destroy();
      await vi.waitFor(() => {
        expect(bodies.bytes).toBe(0);
      });
    }
    server.removeAllListeners('request').on('request', (request) => {
      request.destroy();
      bodies.admits(request, LARGEST);
    });
    await statusOf('a', 'Content-Length: 50000', 20_000);
    expect(bodies.bytes).toBe(0);
  });

  it('lose their connection when they stall', async () => {
    bodies = new HeldBodies(addressOf, MOST, 20);
    const { status, socket } = await send('a', 'Content-Length: 50000', 100);
    expect(status).toBe(200);
    await once(socket, 'close');
    expect(bodies.bytes).toBe(0);
  });
});
