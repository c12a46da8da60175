import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SocketMetrics } from '../../src/modules/observability/socket-metrics.js';
import { sendHalfBodies } from '../support/half-bodies.js';
import { clientFrame, RawWebSocket } from '../support/raw-websocket.js';
import { FirstGateway, SecondGateway, SocketIoFilter } from '../support/socket-io.gateway.js';
import { TransportService } from '../../src/gateways/transport/transport.service.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

const MANY = 3_000;
const LIMIT_BYTES = 65_536;
const SEPARATOR = '\u001e';
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
/** The payload of a polling request in Engine.IO 4 and 3. */
const WRITTEN = {
  4: (packets: readonly string[]) => packets.join(SEPARATOR),
  3: (packets: readonly string[]) => packets.map((packet) => `${packet.length}:${packet}`).join(''),
} as const;

describe('a Socket.IO client that floods', () => {
  let server: TransportApp;
  let url: string;
  beforeAll(async () => {
    const env = { OUTBOUND_LIMIT_BYTES: String(LIMIT_BYTES), INBOUND_RATE: '0' };
    server = await startTransportApp([FirstGateway, SecondGateway, SocketIoFilter], env);
    url = `http://127.0.0.1:${server.port}/socket.io/`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    FirstGateway.greeted.clear();
    FirstGateway.connections.clear();
    FirstGateway.counted = 0;
  });

  type Engine = keyof typeof WRITTEN;

  /** Starts a polling session. @returns its address */
  async function open(engine: Engine = 4): Promise<string> {
    const session = `${url}?EIO=${engine}&transport=polling`;
    const [sid] = /(?<="sid":")[^"]+/.exec(await (await fetch(session)).text()) ?? [];
    return `${session}&sid=${sid ?? ''}`;
  }

  async function join(engine: Engine = 4): Promise<string> {
    const session = await open(engine);
    if (engine === 4) await post(session, '40');
    await vi.waitFor(async () => {
      expect(await (await fetch(session)).text()).toContain('40');
    });
    return session;
  }

  /** @returns the status; `undefined` if the connection was cut */
  async function post(session: string, body: string | Buffer, type = 'text/plain'): Promise<number | undefined> {
    try {
      return (await fetch(session, { method: 'POST', body, headers: { 'Content-Type': type } })).status;
    } catch {
      return undefined;
    }
  }

  async function isOver(session: string): Promise<void> {
    await vi.waitFor(async () => {
      expect((await fetch(session)).status).toBe(400);
    });
  }

  async function socket(...first: string[]): Promise<RawWebSocket> {
    const raw = await RawWebSocket.open(server.port, '/socket.io/?EIO=4&transport=websocket');
    await raw.until((r) => r.texts.length === 1);
    for (const packet of first) raw.socket.write(clientFrame(packet));
    if (first.length > 0) await raw.until((r) => r.texts.length === 2);
    return raw;
  }

  describe('with packets', () => {
    it.each([
      ['a namespace to join, again and again', 4, () => '40'],
      ['a namespace with credentials', 4, (n: number) => `40{"n":${n}}`],
      ['a namespace to join, by its name', 4, () => '40/,'],
      ['a namespace to join (Engine.IO 3)', 3, () => '40'],
      ['another spelling of it (Engine.IO 3)', 3, (n: number) => `40/./,${n}`],
    ] as const)('is closed, and taken in once at most: %s', async (_, engine, packet) => {
      const session = await open(engine);
      await post(session, WRITTEN[engine](times(MANY, packet)));
      await isOver(session);
      expect(FirstGateway.greeted.size).toBeLessThanOrEqual(1);
      await vi.waitFor(() => {
        expect(FirstGateway.connections.size).toBe(0);
      });
    });

    it('is closed, and admitted at most once: over a WebSocket', async () => {
      const raw = await socket();
      raw.socket.write(Buffer.concat(times(MANY, () => clientFrame('40'))));
      await raw.until((r) => r.ended || r.closeCode !== undefined);
      expect(FirstGateway.greeted.size).toBeLessThanOrEqual(1);
      raw.socket.destroy();
    });

    it.each([
      ['nothing', 4, () => '6'],
      ['namespaces that are not there', 4, (n: number) => `40/n${n},`],
      ['answers nobody asked for', 4, (n: number) => `43${n}[]`],
      ['heartbeats (Engine.IO 3)', 3, () => '2'],
      ['probes of a transport (Engine.IO 3)', 3, () => '2probe'],
      ['nothing (Engine.IO 3)', 3, () => '6'],
      ['nothing at all (Engine.IO 3)', 3, () => ''],
    ] as const)('is closed: %s', async (_, engine, packet) => {
      const session = await join(engine);
      await post(session, WRITTEN[engine](times(MANY, packet)));
      await isOver(session);
    });

    it.each([
      ['ends of length fields', Buffer.alloc(MANY, 255)],
      ['packets of length zero', Buffer.from(times(MANY, () => [0, 0, 255]).flat())],
      ['a length without an end', Buffer.alloc(MANY, 1)],
      ['a length beyond the end', Buffer.from([0, 9, 9, 255, 0x36])],
    ])('is closed: binary payloads of Engine.IO 3, %s', async (_, body) => {
      const session = await join(3);
      await post(session, body, 'application/octet-stream');
      await isOver(session);
    });

    it('is closed: probes on a WebSocket that never takes over', async () => {
      const session = await join();
      const sid = new URL(session).searchParams.get('sid') ?? '';
      const raw = await RawWebSocket.open(server.port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      raw.socket.write(Buffer.concat(times(MANY, () => clientFrame('2probe'))));
      await isOver(session);
      raw.socket.destroy();
    });

    it.each([
      ['an event', ['40'], `42["count","${'x'.repeat(17_000)}"]`],
      ['credentials', [], `40{"token":"${'x'.repeat(17_000)}"}`],
    ])('is closed: %s larger than a stranger may send', async (_what, first, packet) => {
      const raw = await socket(...first);
      raw.socket.write(clientFrame(packet));
      await raw.until((r) => r.ended || r.closeCode !== undefined);
      raw.socket.destroy();
      const session = first.length > 0 ? await join() : await open();
      await post(session, packet);
      await isOver(session);
      expect(FirstGateway.counted).toBe(0);
    });

    it.each([[[]], [['40']]])('is closed as soon as a frame announces that it is larger (%j)', async (first) => {
      const raw = await socket(...first);
      raw.socket.write(clientFrame(`42["count","${'x'.repeat(17_000)}"]`).subarray(0, 100));
      await raw.until((r) => r.ended || r.closeCode !== undefined);
      raw.socket.destroy();
    });

    it('is closed: attachments that are small individually but large together', async () => {
      const raw = await socket('40');
      raw.socket.write(clientFrame('459-["count",{"_placeholder":true,"num":0}]'));
      for (let n = 0; n < 3; n++) raw.socket.write(clientFrame(Buffer.alloc(8_000), 2));
      await raw.until((r) => r.ended || r.closeCode !== undefined);
      raw.socket.destroy();
    });
  });

  describe('with large events', () => {
    const LARGE = `42["count","${'x'.repeat(200_000)}"]`;
    const text = clientFrame(LARGE);
    const bytes = Buffer.concat([
      clientFrame('451-["count",{"_placeholder":true,"num":0}]'),
      clientFrame(Buffer.alloc(20_000), 2),
    ]);
    const all = Buffer.concat([text, bytes, text, clientFrame('42["count"]')]);

    async function areHeard(count: number, raw?: RawWebSocket): Promise<void> {
      await vi.waitFor(() => {
        expect([FirstGateway.counted, raw?.ended, raw?.closeCode]).toEqual([count, raw && false, undefined]);
      });
      raw?.socket.destroy();
    }

    it('directly after the one that authenticates is heard: over a WebSocket', async () => {
      const raw = await socket('40');
      raw.socket.write(Buffer.concat([clientFrame('42["authenticate"]'), all]));
      await areHeard(4, raw);
    });

    it('directly after the one that authenticates is heard: over polling', async () => {
      const session = await join();
      expect(await post(session, WRITTEN[4](['42["authenticate"]', LARGE, LARGE]))).toBe(200);
      await areHeard(2);
    });

    it('directly after the one that authenticates is heard: over a WebSocket that takes over meanwhile', async () => {
      const session = await join();
      const sid = new URL(session).searchParams.get('sid') ?? '';
      const raw = await RawWebSocket.open(server.port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      raw.socket.write(clientFrame('2probe'));
      await raw.until((r) => r.texts.length === 1);
      await post(session, '42["authenticate"]');
      raw.socket.write(Buffer.concat([clientFrame('5'), all]));
      await areHeard(4, raw);
    });

    it.each(['42["authenticate",false]', '42["echo",20]'])(
      'after %s, which does not admit, is closed',
      async (first) => {
        for (const sent of [text, text.subarray(0, 30_000), bytes]) {
          const raw = await socket('40');
          raw.socket.write(Buffer.concat([clientFrame(first), sent]));
          await raw.until((r) => r.ended || r.closeCode !== undefined);
          raw.socket.destroy();
        }
        const session = await join();
        await post(session, WRITTEN[4]([first, LARGE]));
        await isOver(session);
        expect(FirstGateway.counted).toBe(0);
      },
    );

    it('and continues with them without admission is closed', async () => {
      const raw = await socket('40');
      raw.socket.write(clientFrame('421["authenticate",false]'));
      await raw.until((r) => r.texts.length === 3);
      raw.socket.write(text.subarray(0, 100));
      await raw.until((r) => r.ended || r.closeCode !== undefined);
      raw.socket.destroy();
    });

    it('after a pending authentication has at most 16 MiB held', async () => {
      const held = server.app.get(TransportService).held;
      const megabyte = clientFrame(`42["count","${'x'.repeat(1_000_000)}"]`);
      const sockets = await Promise.all(times(18, () => socket('40')));
      for (const raw of sockets)
        raw.socket.write(Buffer.concat([clientFrame('42["echo",2000]'), megabyte.subarray(0, 1_000_000)]));
      await vi.waitFor(() => {
        expect(sockets.some(({ ended }) => ended)).toBe(true);
      });
      expect(held.all).toBeLessThanOrEqual(17_000_000);
      for (const raw of sockets) raw.socket.destroy();
      await vi.waitFor(() => {
        expect(held.all).toBe(0);
      });
    });
  });

  describe('with events', () => {
    it.each([4, 3] as const)('loses none of a burst (Engine.IO %s)', async (engine) => {
      const session = await join(engine);
      expect(await post(session, WRITTEN[engine](times(MANY, () => '42["count"]')))).toBe(200);
      await vi.waitFor(() => {
        expect(FirstGateway.counted).toBe(MANY);
      });
    });

    it('is closed above the maximum number of packets per request', async () => {
      const session = await join();
      await post(session, WRITTEN[4](times(20_000, () => '42["count"]')));
      await isOver(session);
    });
  });

  describe('and does not receive what it is sent', () => {
    it('is closed if it does not poll: acknowledgements', async () => {
      const session = await join();
      const text = 'x'.repeat(1_000);
      for (let n = 0; n < 4; n++) await post(session, WRITTEN[4](times(50, (id) => `42${id}["echo",["${text}"]]`)));
      await isOver(session);
    });

    it('is closed if it does not poll: refusals of namespaces', async () => {
      const session = await join();
      const name = 'n'.repeat(1_000);
      await post(session, WRITTEN[4](times(90, (n) => `40/${name}${n},`)));
      await isOver(session);
    });

    it('is closed if its WebSocket does not read: acknowledgements', async () => {
      const raw = await socket('40');
      raw.socket.pause();
      const text = 'x'.repeat(100_000);
      for (let id = 0; id < 200; id++) raw.socket.write(clientFrame(`42${id}["echo",["${text}"]]`));
      await vi.waitFor(
        () => {
          expect(FirstGateway.connections.size).toBe(0);
        },
        { timeout: 5_000 },
      );
      expect(server.app.get(SocketMetrics).queueBytes()).toBeLessThan(4 * LIMIT_BYTES);
      raw.socket.destroy();
    });

    it('is closed if it requests more than it reads', async () => {
      const session = await join();
      const { port } = server;
      const target = session.slice(session.indexOf('/socket.io/'));
      const text = 'x'.repeat(60_000);
      const polls: RawWebSocket[] = [];
      for (let n = 0; n < 200 && FirstGateway.connections.size > 0; n++) {
        await post(session, `42["echo",["${text}"]]`);
        const poll = await RawWebSocket.open(port, target);
        poll.socket.pause();
        polls.push(poll);
      }
      expect(FirstGateway.connections.size).toBe(0);
      for (const poll of polls) poll.socket.destroy();
    });
  });

  it('may not have more than 16 MiB of bodies held', async () => {
    const sessions = await Promise.all(times(17, () => open()));
    const paths = sessions.map((session) => session.slice(session.indexOf('/socket.io/')));
    expect(await sendHalfBodies(server.port, paths, 'text/plain')).toBeOneOf([0, 503]);
  });

  it('has its credentials forgotten', async () => {
    const raw = await socket(`40{"token":"${'x'.repeat(10_000)}"}`);
    const [connection] = FirstGateway.connections.values();
    expect(connection?.handshake.auth).toEqual({});
    raw.socket.destroy();
  });
});
