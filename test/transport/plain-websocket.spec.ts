import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SocketMetrics } from '../../src/modules/observability/socket-metrics.js';
import { EchoFilter, EchoGateway, journal, RoomGateway } from '../support/echo.gateway.js';
import { clientFrame, RawWebSocket } from '../support/raw-websocket.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

const json = (value: unknown): Buffer => clientFrame(JSON.stringify(value));
/** The beginning of a message that has many frames. */
const inFrames = (count: number, text: string): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => clientFrame(text, n === 0 ? 1 : 0, false)));

describe('plain WebSocket transport', () => {
  let server: TransportApp;
  const open = (path: string, extra?: Buffer, headers?: string[]): Promise<RawWebSocket> =>
    RawWebSocket.open(server.port, path, extra, headers);

  beforeAll(async () => {
    server = await startTransportApp([EchoGateway, RoomGateway, EchoFilter], { MAX_FRAME_BYTES: '65536' });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    journal.length = 0;
  });

  it('answers the messages of a connection in order, however long each takes', async () => {
    const raw = await open('/echo/');
    await raw.until((r) => r.texts.length === 1);
    raw.socket.write(Buffer.concat([30, 20, 10].map((ms, n) => json({ event: 'wait', ms, n }))));
    await raw.until((r) => r.texts.length === 4);
    expect(raw.texts.slice(1)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
    raw.socket.destroy();
  });

  it('handles frames pipelined after the upgrade and the login only after each has finished', async () => {
    const raw = await open(
      '/echo',
      Buffer.concat([json({ event: 'login', id: 'ann' }), json({ event: 'whoami' }), json({ event: 'whoami' })]),
    );
    await raw.until((r) => r.texts.length === 4);
    expect(raw.texts).toEqual(['{"hello":true}', '{"in":"ann"}', '{"who":"ann"}', '{"who":"ann"}']);
    raw.socket.destroy();
  });

  it('delivers what is published between admission and the 101 after the 101', async () => {
    const raw = await open('/room/abc/');
    await raw.until((r) => r.texts.length === 2);
    expect(raw.status).toBe(101);
    expect(raw.texts).toEqual(['{"joined":"abc"}', '{"hello":true}']);
    raw.socket.destroy();
  });

  it.each([
    ['/room/forbidden', 403],
    ['/room/unknown/', 404],
    ['/room/bug', 500],
    ['/room/', 404],
    ['/room/a/b', 404],
    ['/nothing', 404],
    ['/echo/x', 404],
    ['/echox', 404],
    ['/room/%zz', 404],
    ['//', 404],
  ])('answers an upgrade of %s with %i and closes', async (path, status) => {
    const raw = await open(path);
    await raw.until((r) => r.ended);
    expect(raw.status).toBe(status);
  });

  it('ignores an offer of h2c, including the request’s body and the next request', async () => {
    const socket = net.connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    socket.write(`POST /plain HTTP/1.1\r\nHost: x\r\n${offer}Content-Length: 4\r\n\r\nbody`);
    await vi.waitFor(() => {
      expect(answer).toContain('Cannot POST /plain');
    });
    socket.write(`GET /again HTTP/1.1\r\nHost: x\r\n${offer}\r\n`);
    await vi.waitFor(() => {
      expect(answer).toContain('Cannot GET /again');
    });
    socket.destroy();
  });

  it('refuses an upgrade that is not a WebSocket handshake, without admitting it', async () => {
    const raw = await open('/room/abc', undefined, ['Sec-WebSocket-Key: short']);
    await raw.until((r) => r.ended);
    expect(raw.status).toBe(400);
    expect(journal).not.toContain('left abc');
  });

  it.each(['8', '13, 8', '99', 'x', ''])(
    'says which version of WebSocket it supports when asked for «%s»',
    async (version) => {
      for (const path of ['/room/abc', '/socket.io/?EIO=4&transport=websocket']) {
        const request = http.get(`http://127.0.0.1:${server.port}${path}`, {
          headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': version,
            'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          },
        });
        const [response] = (await once(request, 'response')) as [http.IncomingMessage];
        expect([response.statusCode, response.headers['sec-websocket-version']]).toEqual([426, '13']);
        response.destroy();
      }
      expect(journal).not.toContain('left abc');
    },
  );

  it('undoes an admission if the client left before the 101', async () => {
    const raw = await open('/room/slow');
    await sleep(100);
    raw.socket.destroy();
    for (let i = 0; i < 60 && journal.length === 0; i++) await sleep(50);
    expect(journal).toEqual(['left slow']);
  });

  it('answers malformed and unknown messages through the filter, in order, and keeps the connection', async () => {
    const raw = await open(
      '/echo',
      Buffer.concat([
        clientFrame('{nope'),
        json({ event: 'nothing' }),
        json({ event: 'fail' }),
        json({ event: 'wait', ms: 'x', n: 1 }),
        json({ event: 'whoami' }),
      ]),
    );
    await raw.until((r) => r.texts.length === 6);
    expect(raw.texts.slice(1)).toEqual([
      '{"error":"malformed_body"}',
      '{"error":"malformed_request"}',
      '{"error":"unknown"}',
      '{"error":"invalid_input"}',
      '{"who":null}',
    ]);
    raw.socket.destroy();
  });

  it('closes with 1007 for text that is not UTF-8', async () => {
    const raw = await open('/room/a');
    raw.socket.write(clientFrame(Buffer.from([0x22, 0xff, 0xfe, 0x22])));
    await raw.until((r) => r.closeCode !== undefined);
    expect(raw.closeCode).toBe(1007);
    raw.socket.destroy();
  });

  it('closes with 1009 above MAX_FRAME_BYTES, and above 16 KiB before admission', async () => {
    const admitted = await open('/room/a');
    admitted.socket.write(
      Buffer.concat([json({ event: 'all', p: 'x'.repeat(60_000) }), clientFrame('x'.repeat(65_537))]),
    );
    await admitted.until((r) => r.closeCode !== undefined);
    expect(admitted.closeCode).toBe(1009);
    expect(admitted.texts.some((text) => text.length > 60_000)).toBe(true);
    const stranger = await open('/echo');
    stranger.socket.write(json({ event: 'login', id: 'x'.repeat(16_400) }));
    await stranger.until((r) => r.closeCode !== undefined);
    expect(stranger.closeCode).toBe(1009);
    admitted.socket.destroy();
    stranger.socket.destroy();
  });

  it.each([
    ['a frame that announces more', clientFrame('x'.repeat(17_000)).subarray(0, 100), 1009],
    ['more than that in the frames of one message', inFrames(9, 'x'.repeat(2_000)), 1009],
    ['crumbs', inFrames(1_000, 'x'), 1008],
  ])('buffers no more of a stranger than a first message takes: %s', async (_what, sent, code) => {
    const stranger = await open('/echo');
    stranger.socket.write(sent);
    await stranger.until((r) => r.closeCode !== undefined);
    expect(stranger.closeCode).toBe(code);
    stranger.socket.destroy();
  });

  it('counts refused frames by close code', async () => {
    const { closes } = server.app.get(SocketMetrics);
    const count = (code: number): number => closes.get(`rooms ${code}`) ?? 0;
    for (const [code, bytes] of [
      [1002, clientFrame('reserved', 3)],
      [1007, clientFrame(Buffer.from([0xff]))],
      [
        1008,
        Buffer.concat([clientFrame('{', 1, false), ...Array.from({ length: 20_000 }, () => clientFrame('', 0, false))]),
      ],
      [1009, clientFrame('x'.repeat(65_537))],
    ] as const) {
      const before = count(code);
      const raw = await open('/room/a');
      raw.socket.write(bytes);
      await raw.until((r) => r.closeCode !== undefined);
      expect(raw.closeCode).toBe(code);
      await vi.waitFor(() => {
        expect(count(code)).toBe(before + 1);
      });
      raw.socket.destroy();
    }
  });

  it('handles what was sent before the client left, then its leave, once', async () => {
    const listener = await open('/echo', json({ event: 'login', id: 'bob' }));
    await listener.until((r) => r.texts.length === 2);
    const sender = await open(
      '/echo',
      Buffer.concat([json({ event: 'login', id: 'eve' }), json({ event: 'all', n: 1 })]),
    );
    sender.socket.end(clientFrame(Buffer.from([0x03, 0xe8]), 8));
    await listener.until((r) => r.texts.length === 3);
    expect(listener.texts[2]).toBe('{"n":1}');
    await sender.until((r) => r.ended);
    await sleep(20);
    expect(journal.filter((entry) => entry === 'left eve')).toHaveLength(1);
    listener.socket.destroy();
  });

  it('writes all frames of a turn to a receiver at once', async () => {
    const listener = await open('/room/batch');
    await listener.until((r) => r.texts.length === 2);
    const sender = await open('/room/batch');
    await sender.until((r) => r.texts.length === 2);
    await listener.until((r) => r.texts.length === 3);
    const before = listener.chunks;
    sender.socket.write(Buffer.concat(Array.from({ length: 20 }, (_, n) => json({ event: 'all', n }))));
    await listener.until((r) => r.texts.length === 23);
    expect(listener.texts.slice(3)).toEqual(Array.from({ length: 20 }, (_, n) => JSON.stringify({ event: 'all', n })));
    expect(listener.chunks - before).toBeLessThan(5);
    listener.socket.destroy();
    sender.socket.destroy();
  });

  it('refuses foreign origins and answers 101 to clients without one', async () => {
    const strict = await startTransportApp([RoomGateway, EchoFilter], { ALLOWED_ORIGINS: 'https://good.example' });
    const status = async (headers: string[]): Promise<number> => {
      const raw = await RawWebSocket.open(strict.port, '/room/a', undefined, headers);
      await raw.until((r) => r.head !== '');
      raw.socket.destroy();
      return raw.status;
    };
    expect(await status(['Origin: https://evil.example'])).toBe(403);
    expect(await status(['Origin: null'])).toBe(403);
    expect(await status(['Origin: https://good.example'])).toBe(101);
    expect(await status([])).toBe(101);
    await strict.close();
  });
});
