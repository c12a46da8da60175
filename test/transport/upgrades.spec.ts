import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EchoFilter, EchoGateway, RoomGateway } from '../support/echo.gateway.js';
import { FirstGateway, SecondGateway, SocketIoFilter } from '../support/socket-io.gateway.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const VERSION = 'Sec-WebSocket-Version: 13';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];
const HANDSHAKE = [...UPGRADE, KEY, VERSION];
const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
const IO = '/socket.io/?EIO=4&transport=websocket';
const PATIENCE_MS = 3_000;

describe('every upgrade is answered', () => {
  let server: TransportApp;
  beforeAll(async () => {
    server = await startTransportApp([
      EchoGateway,
      RoomGateway,
      EchoFilter,
      FirstGateway,
      SecondGateway,
      SocketIoFilter,
    ]);
  });
  afterAll(() => server.close());

  const written = (line: string, headers: readonly string[]): string =>
    [`${line} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

  /** The head of the first answer; empty if the connection was closed without one. */
  async function ask(line: string, headers: readonly string[]): Promise<string> {
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(written(line, headers));
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (chunk: Buffer) => {
        resolve(chunk.toString('latin1'));
      });
      socket.once('close', () => {
        resolve('');
      });
      socket.on('error', () => undefined);
    });
    const first = await Promise.race([answer, sleep(PATIENCE_MS, 'no answer', { ref: false })]);
    socket.destroy();
    return first;
  }
  const statusOf = (answer: string): number => Number(answer.split(' ')[1]);

  it.each([
    ['GET /socket.io', HANDSHAKE, 404],
    ['GET /socket.io?EIO=4&transport=websocket', HANDSHAKE, 404],
    ['GET /socket.iox/?EIO=4&transport=websocket', HANDSHAKE, 404],
    ['GET //socket.io/?EIO=4&transport=websocket', HANDSHAKE, 404],
    ['GET /socket.io//?EIO=4&transport=websocket', HANDSHAKE, 101],
    ['GET /socket%2Eio/?EIO=4&transport=websocket', HANDSHAKE, 404],
    ['GET /SOCKET.IO/?EIO=4&transport=websocket', HANDSHAKE, 404],
    ['GET /socket.io/x?EIO=4&transport=websocket', HANDSHAKE, 101],
    ['GET http://x/socket.io/?EIO=4&transport=websocket', HANDSHAKE, 400],
    ['GET *', HANDSHAKE, 400],
    [`GET ${IO}`, HANDSHAKE, 101],
    ['GET /socket.io/', HANDSHAKE, 400],
    ['GET /socket.io/?EIO=4&transport=polling', HANDSHAKE, 400],
    ['GET /socket.io/?EIO=4&transport=webtransport', HANDSHAKE, 400],
    [`GET ${IO}&sid=nobody`, HANDSHAKE, 400],
    [`GET ${IO}&sid=__proto__`, HANDSHAKE, 400],
    [`GET ${IO}&transport=polling`, HANDSHAKE, 400],
    [`POST ${IO}`, HANDSHAKE, 405],
    [`OPTIONS ${IO}`, HANDSHAKE, 405],
    [`GET ${IO}`, [...UPGRADE, VERSION], 400],
    [`GET ${IO}`, [...UPGRADE, KEY], 400],
    [`GET ${IO}`, [...UPGRADE, KEY, 'Sec-WebSocket-Version: 8'], 426],
    [`GET ${IO}`, [...UPGRADE, VERSION, 'Sec-WebSocket-Key: short'], 400],
    [`GET ${IO}`, ['Connection: Upgrade', 'Upgrade: h2c, websocket', KEY, VERSION], 400],
    ['GET /echo', HANDSHAKE, 101],
    ['GET /echo', ['Connection: keep-alive, uPgRaDe', 'Upgrade: WebSocket', KEY, VERSION], 101],
    ['GET /echo', [...UPGRADE, KEY, 'Sec-WebSocket-Version: 7'], 426],
    ['GET /echo', [...UPGRADE, KEY], 400],
    ['HEAD /echo', HANDSHAKE, 405],
    ['POST /echo', [...HANDSHAKE, 'Content-Length: 4'], 405],
    ['GET //echo', HANDSHAKE, 404],
    ['GET /echo//', HANDSHAKE, 404],
    ['GET /echo', ['Upgrade: websocket', KEY, VERSION], 404],
    ['GET /echo', ['Connection: Upgrade', KEY, VERSION], 404],
    ['GET /echo', H2C, 404],
    ['GET /socket.io', H2C, 404],
    ['GET /socket.io/?EIO=4&transport=polling', H2C, 200],
    [`GET ${IO}`, H2C, 400],
    ['GET /sse/room/a/', HANDSHAKE, 404],
  ] as const)('%s with %j: %i', async (line, headers, status) => {
    expect(statusOf(await ask(line, headers))).toBe(status);
  });

  it('states the supported version and method', async () => {
    expect(await ask('GET /echo', [...UPGRADE, KEY, 'Sec-WebSocket-Version: 8'])).toContain(
      'Sec-WebSocket-Version: 13',
    );
    expect(await ask('POST /echo', HANDSHAKE)).toContain('Allow: GET');
  });

  it.each([
    ['h2c upgrades', H2C, 100],
    ['h2c upgrades between ordinary requests', [], 99],
    ['ordinary requests', [], 3_000],
  ])('answers many pipelined %s, all in order', async (kind, headers, count) => {
    const socket = net.connect(server.port, '127.0.0.1');
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString('latin1')));
    const requests = Array.from({ length: count }, (_, n) =>
      written(`GET /n${n}.`, kind.includes('between') && n % 3 === 0 ? H2C : headers),
    );
    socket.write(requests.join(''));
    for (let waited = 0; waited < 200 && !answers.includes(`/n${count - 1}.`); waited++) await sleep(50);
    const seen = [...answers.matchAll(/Cannot GET \/n(\d+)\./g)].map(([, n]) => Number(n));
    expect(seen).toEqual(Array.from({ length: count }, (_, n) => n));
    socket.destroy();
  });
});
