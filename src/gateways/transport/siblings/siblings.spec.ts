import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrivateDoor } from './private-door.js';
import { makeSessionId } from './session-ids.js';
import { Siblings } from './siblings.js';

/** Headers that Node reads of a request; any after that are ignored. */
const MOST_HEADERS = 2_000;

describe('a request that belongs to a sibling', () => {
  let folder: string;
  let siblings: Siblings;
  let front: Server;
  let door: PrivateDoor;
  let seen: IncomingMessage[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-'));
    const own = path.join(folder, '1.sock');
    siblings = new Siblings(0, ['', own]);
    seen = [];
    const sibling = createServer((request, response) => {
      seen.push(request);
      response.end('answered');
    });
    sibling.on('upgrade', (request: IncomingMessage, socket) => {
      seen.push(request);
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    door = await PrivateDoor.open(own, sibling);
    const missing = (): never => {
      throw new Error('the sibling is there');
    };
    front = createServer((request, response) => {
      siblings.pass(siblings.doorFor(request) ?? '', request, response, missing);
    });
    front.on('upgrade', (request: IncomingMessage, socket, head) => {
      siblings.passUpgrade(siblings.doorFor(request) ?? '', request, socket, head, missing);
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
  });
  afterEach(async () => {
    siblings.close();
    door.close();
    front.closeAllConnections();
    front.close();
    await rm(folder, { recursive: true });
  });

  /** @returns the first line of the answer, and the client's port */
  async function ask(...headers: readonly string[]): Promise<[line: string, port: number]> {
    const socket = connect((front.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const port = socket.localPort ?? 0;
    const lines = [`GET /?sid=${makeSessionId(1)} HTTP/1.1`, 'Host: a', ...headers];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return [answer.toString('latin1').split('\r\n', 1)[0] ?? '', port];
  }

  const forged = 'X-Switchboard-Peer: {"address":"6.6.6.6","port":6,"tls":true}';
  const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];

  it.each([
    ['polling', [], 'HTTP/1.1 200 OK'],
    ['as an upgrade', UPGRADE, 'HTTP/1.1 101 Switching Protocols'],
  ])('has the address of the client that sent it, whatever that claims (%s)', async (_, headers, expected) => {
    const [line, port] = await ask(...headers, forged);
    expect(line).toBe(expected);
    const [{ socket, headers: passed } = { socket: undefined, headers: {} }] = seen;
    expect([socket?.remoteAddress, socket?.remotePort]).toEqual(['127.0.0.1', port]);
    expect(socket).not.toHaveProperty('encrypted');
    expect(passed).not.toHaveProperty('x-switchboard-peer');
  });

  it.each([
    ['polling', []],
    ['as an upgrade', UPGRADE],
  ])(
    'has the address of the client that sent it even if there are more headers than Node reads (%s)',
    async (_, headers) => {
      const [line] = await ask(...headers, ...new Array<string>(MOST_HEADERS).fill('a:'));
      // Newer versions of Node refuse it.
      if (line !== 'HTTP/1.1 431 Request Header Fields Too Large')
        expect(seen[0]?.socket.remoteAddress).toBe('127.0.0.1');
    },
  );

  it('belongs to the sibling whose session is named last, as Engine.IO reads it', () => {
    const query = `/?sid=${makeSessionId(0)}&sid=${makeSessionId(1)}`;
    expect(siblings.doorFor(Object.assign(new IncomingMessage(new Socket()), { url: query }))).toBeDefined();
  });

  it('is not passed on if its client has left meanwhile', async () => {
    const missing = (): void => undefined;
    front.removeAllListeners('upgrade').on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      siblings.passUpgrade(siblings.doorFor(request) ?? '', request, socket, head, missing);
      socket.destroy();
    });
    const client = connect((front.address() as AddressInfo).port, '127.0.0.1');
    client.write([`GET /?sid=${makeSessionId(1)} HTTP/1.1`, 'Host: a', ...UPGRADE, '', ''].join('\r\n'));
    await once(client, 'close');
    await ask();
    expect(seen.map(({ headers }) => headers.upgrade)).toEqual([undefined]);
  });
});
