import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { SocketMetrics } from '../../src/modules/observability/socket-metrics.js';
import { EchoFilter, EchoGateway, RoomGateway } from '../support/echo.gateway.js';
import { ManualTime } from '../support/manual-time.js';
import { clientFrame, RawWebSocket } from '../support/raw-websocket.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

const json = (value: unknown): Buffer => clientFrame(JSON.stringify(value));
const many = (count: number, event: (n: number) => object): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => json(event(n))));

describe('plain WebSocket transport under pressure', () => {
  let server: TransportApp;
  const start = async (env: Record<string, string> = {}): Promise<void> => {
    server = await startTransportApp([EchoGateway, RoomGateway, EchoFilter], env);
  };
  const room = async (code: string): Promise<RawWebSocket> => {
    const raw = await RawWebSocket.open(server.port, `/room/${code}`);
    await raw.until((r) => r.texts.length >= 2);
    return raw;
  };
  afterEach(() => server.close());

  it('closes a reader that stops reading with 4008, unnoticed by others', async () => {
    await start({ OUTBOUND_LIMIT_BYTES: '65536' });
    const slow = await room('r');
    const fast = await room('r');
    const sender = await room('r');
    slow.socket.pause();
    const before = fast.texts.length;
    const total = 1_500;
    for (let sent = 0; sent < total; sent += 50) {
      sender.socket.write(many(50, (n) => ({ event: 'all', n: sent + n, p: 'x'.repeat(8_000) })));
      await fast.until((r) => r.texts.length >= before + sent);
    }
    await fast.until((r) => r.texts.filter((text) => text.includes('"n"')).length === total);
    const metrics = server.app.get(SocketMetrics);
    expect(metrics.queueBytes()).toBeLessThan(3_000_000);
    slow.socket.resume();
    await slow.until((r) => r.closeCode !== undefined);
    expect(slow.closeCode).toBe(4008);
    expect(fast.closeCode).toBeUndefined();
    const numbers = fast.texts.flatMap((text) => (text.includes('"n"') ? [(JSON.parse(text) as { n: number }).n] : []));
    expect(numbers).toEqual(Array.from({ length: total }, (_, n) => n));
    for (const raw of [slow, fast, sender]) raw.socket.destroy();
  });

  it('slows down a flooding sender without dropping or closing, while others get their turns', async () => {
    await start({ INBOUND_RATE: '2000', INBOUND_BURST: '500' });
    const reader = await room('flood');
    const flooder = await room('flood');
    const other = await room('quiet');
    const quiet = await room('quiet');
    const begun = Date.now();
    flooder.socket.write(many(2_500, (n) => ({ event: 'all', n })));
    other.socket.write(json({ event: 'all', n: -1 }));
    await quiet.until((r) => r.texts.some((text) => text.includes('-1')));
    expect(reader.texts.length).toBeLessThan(2_500);
    await reader.until((r) => r.texts.filter((text) => text.includes('"n"')).length === 2_500, 20_000);
    expect(Date.now() - begun).toBeGreaterThan(800);
    const numbers = reader.texts.flatMap((text) =>
      text.includes('"n"') ? [(JSON.parse(text) as { n: number }).n] : [],
    );
    expect(numbers).toEqual(Array.from({ length: 2_500 }, (_, n) => n));
    expect(flooder.closeCode).toBeUndefined();
    for (const raw of [reader, flooder, other, quiet]) raw.socket.destroy();
  });

  it('closes with 4029 above INBOUND_HARD_RATE', async () => {
    await start({ INBOUND_HARD_RATE: '100' });
    const flooder = await room('f');
    flooder.socket.write(many(200, (n) => ({ event: 'all', n })));
    await flooder.until((r) => r.closeCode !== undefined);
    expect(flooder.closeCode).toBe(4029);
    flooder.socket.destroy();
  });

  it('cuts off a closed client that keeps sending, whether its frames are valid or not', async () => {
    await start({ INBOUND_HARD_RATE: '100' });
    const [garbage, flooder] = [await room('f'), await room('f')];
    const messages = many(1_000, (n) => ({ event: 'all', n }));
    garbage.socket.write(clientFrame('reserved', 3));
    flooder.socket.write(messages);
    for (const raw of [garbage, flooder]) await raw.until((r) => r.closeCode !== undefined);
    expect([garbage.closeCode, flooder.closeCode]).toEqual([1002, 4029]);
    for (let part = 0; part < 20; part++) {
      garbage.socket.write(Buffer.alloc(1_048_576));
      flooder.socket.write(messages);
    }
    await garbage.until((r) => r.ended);
    await flooder.until((r) => r.ended);
  });

  it('stops reading while a handler is busy, and loses nothing', async () => {
    await start({ INBOUND_RATE: '0' });
    const raw = await RawWebSocket.open(server.port, '/echo');
    await raw.until((r) => r.texts.length === 1);
    raw.socket.write(json({ event: 'wait', ms: 700, n: -1 }));
    const count = 3_000;
    raw.socket.write(many(count, (n) => ({ event: 'wait', ms: 0, n, p: 'x'.repeat(2_000) })));
    await sleep(400);
    expect(server.app.get(SocketMetrics).inboundQueued()).toBeLessThan(200);
    await raw.until((r) => r.frames.length >= count + 2 && r.texts.length === count + 2, 20_000);
    expect(raw.texts.at(-1)).toBe(`{"n":${count - 1}}`);
    raw.socket.destroy();
  });

  it('ends a peer that does not answer pings, and keeps one that does', async () => {
    await start({ HEARTBEAT_SECONDS: '1' });
    const dead = await room('d');
    const alive = await room('d');
    for (let beat = 0; beat < 30 && !dead.ended; beat++) {
      await sleep(100);
      if (alive.frames.some((frame) => frame.opcode === 9)) alive.socket.write(clientFrame('', 10));
    }
    expect(dead.ended).toBe(true);
    expect(alive.ended).toBe(false);
    alive.socket.destroy();
  });

  it('closes a socket that does not identify itself in time', async () => {
    await start({ ADMISSION_SECONDS: '10' });
    const time = ManualTime.of({ nodes: [server.app] });
    const silent = await RawWebSocket.open(server.port, '/echo');
    const late = await RawWebSocket.open(server.port, '/echo', json({ event: 'login', id: 'ann' }));
    await late.until((r) => r.texts.some((text) => text.includes('"in"')));
    await time.passes(8_000);
    expect(silent.closeCode).toBeUndefined();
    await time.passes(4_000);
    await silent.until((r) => r.closeCode !== undefined);
    expect(silent.closeCode).toBe(1008);
    await time.passes(5_000);
    expect(late.closeCode).toBeUndefined();
    late.socket.destroy();
    silent.socket.destroy();
  });

  it('drains: every socket gets 1012, new upgrades 503', async () => {
    await start({ DRAIN_SECONDS: '2' });
    const sockets = await Promise.all(Array.from({ length: 60 }, (_, n) => room(`d${n}`)));
    for (const raw of sockets) {
      void raw
        .until((r) => r.closeCode !== undefined)
        .then(() => raw.socket.end(clientFrame(Buffer.from([3, 244]), 8)));
    }
    const drained = server.app.get(Lifecycle).drain();
    const refused = await RawWebSocket.open(server.port, '/room/new');
    await refused.until((r) => r.ended);
    expect(refused.status).toBe(503);
    await drained;
    for (const raw of sockets) expect(raw.closeCode).toBe(1012);
  });

  it('keeps latency low for others while 200 sockets send garbage, oversized and incomplete frames', async () => {
    await start();
    const [reader, sender] = [await room('calm'), await room('calm')];
    const oversize = clientFrame(Buffer.alloc(2_000_000, 0x20));
    const attackers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const raw = await RawWebSocket.open(server.port, n % 2 ? '/echo' : '/room/noise');
        const kinds = [
          clientFrame('{"event":'),
          oversize,
          clientFrame('half of a frame').subarray(0, 9),
          Buffer.from([0xff, 0xff, 0x00, 0x13]),
        ];
        raw.socket.write(kinds[n % 4] as Buffer);
        return raw;
      }),
    );
    for (let n = 0; n < 50; n++) {
      sender.socket.write(json({ event: 'all', n, tag: 'calm' }));
      await reader.until((r) => r.texts.filter((text) => text.includes('calm')).length >= n + 1);
    }
    expect(reader.closeCode).toBeUndefined();
    for (const raw of [...attackers, reader, sender]) raw.socket.destroy();
  });
});
