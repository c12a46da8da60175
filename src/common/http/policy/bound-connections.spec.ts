import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundConnections } from './bound-connections.js';

/** Milliseconds; Node's own limits, made small. */
const LIMIT = 100;
const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20\r\n';

describe('a connection', () => {
  let server: Server;
  let socket: Socket;
  let answer: string;

  beforeEach(() => {
    server = createServer(
      { requestTimeout: LIMIT, headersTimeout: LIMIT, connectionsCheckingInterval: 10 },
      (request, response) => void request.resume().once('end', () => response.end('taken')),
    );
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function open(text: string): Promise<void> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => undefined);
    socket.write(text);
  }

  it('may send a body slowly, as long as bytes keep coming', async () => {
    boundConnections(server, 95);
    await open(`${HEAD}\r\n`);
    const ended = once(socket, 'end');
    for (let i = 0; i < 20; i++) {
      socket.write('x');
      await sleep(LIMIT / 5);
    }
    await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*taken$/s);
  });

  it('is closed when no more bytes come', async () => {
    boundConnections(server, 95, LIMIT);
    await open(`${HEAD}\r\nhalf`);
    await once(socket, 'close');
    expect(answer).toBe('');
  });

  it('must send its head in time', async () => {
    boundConnections(server, 95);
    await open(HEAD);
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});
