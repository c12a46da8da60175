import { WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { TransportService } from '../../src/gateways/transport/transport.service.js';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { EchoFilter, RoomGateway } from '../support/echo.gateway.js';
import { clientFrame, RawWebSocket } from '../support/raw-websocket.js';
import { FirstGateway, SecondGateway, SocketIoFilter } from '../support/socket-io.gateway.js';
import { startTransportApp, type TransportApp } from '../support/transport-app.js';

interface Client {
  on(event: string, listener: (...data: unknown[]) => void): void;
  emit(event: string, data?: unknown, ack?: (data: unknown) => void): void;
  close(): void;
}
type Connect = (url: string, options: object) => Client;

const require = createRequire(import.meta.url);
const VERSIONS = {
  '1.x': 'socket.io-client-1',
  '2.x': 'socket.io-client-2',
  '3.x': 'socket.io-client-3',
  '4.x': 'socket.io-client',
};
const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];

describe('Socket.IO next to plain WebSocket on one port', () => {
  let server: TransportApp;
  beforeAll(async () => {
    server = await startTransportApp([FirstGateway, SecondGateway, SocketIoFilter, RoomGateway, EchoFilter]);
  });
  afterAll(() => server.close());

  const cases = Object.entries(VERSIONS).flatMap(([version, name]) =>
    TRANSPORTS.map((transports) => [version, transports.join('+'), name, transports] as const),
  );
  it.each(cases)(
    'client %s over %s exchanges an event and an acknowledgement',
    async (_version, label, name, transports) => {
      const connect = require(name) as Connect;
      const socket = connect(`http://127.0.0.1:${server.port}`, { transports, forceNew: true, reconnection: false });
      // With any server, 1.x garbles non-ASCII text that arrives during an upgrade.
      const data = { n: 1, text: label === 'polling+websocket' ? 'hello' : 'grüße 👋', list: [null, true] };
      const echoed = new Promise((resolve, reject) => {
        socket.on('echoed', resolve);
        socket.on('connect_error', reject);
        socket.on('error', reject);
      });
      const acked = new Promise((resolve) => {
        socket.emit('echo', data, resolve);
      });
      expect(await echoed).toEqual(data);
      expect(await acked).toEqual({ acked: data });
      const plain = await RawWebSocket.open(server.port, '/room/beside');
      await plain.until((r) => r.texts.length >= 1);
      expect(plain.status).toBe(101);
      plain.socket.destroy();
      socket.close();
    },
  );

  const connectTo = async (
    name = 'socket.io-client',
    transports = ['websocket'],
    options: object = {},
  ): Promise<Client> => {
    const url = `http://127.0.0.1:${server.port}`;
    const socket = (require(name) as Connect)(url, { transports, forceNew: true, ...options });
    await new Promise((resolve) => {
      socket.on('connect', resolve);
    });
    return socket;
  };
  const collect = (socket: Client, ...events: string[]): unknown[][] => {
    const seen: unknown[][] = [];
    for (const event of events) socket.on(event, (...args: unknown[]) => seen.push([event, ...args]));
    return seen;
  };

  it('handles the events of a socket in order, over both gateways, and answers unknown ones', async () => {
    const socket = await connectTo();
    const seen = collect(socket, 'echoed', 'unknown', 'second', 'error');
    for (const ms of [30, 20, 10]) socket.emit('echo', ms);
    socket.emit('second');
    socket.emit('nothing', 1);
    socket.emit('error', 'a client may call its event so');
    socket.emit('fail');
    await vi.waitFor(() => {
      expect(seen).toHaveLength(7);
    });
    expect(seen).toEqual([
      ['echoed', 30],
      ['echoed', 20],
      ['echoed', 10],
      ['second'],
      ['unknown', 'nothing'],
      ['unknown', 'error'],
      ['error', 'failed'],
    ]);
    socket.close();
  });

  it('tells every gateway a socket’s identity as soon as one of them knows it', async () => {
    const socket = await connectTo();
    const { id } = socket as unknown as { id: string };
    const seen = collect(socket, 'admitted', 'second', 'room', 'echoed');
    socket.emit('second');
    socket.emit('publish', 1);
    socket.emit('echo', 0);
    await vi.waitFor(() => {
      expect(seen).toEqual([['admitted', '1', 'circles'], ['second'], ['echoed', 0]]);
    });
    expect(FirstGateway.greeted.get(id)).toBeNull();
    socket.close();
  });

  it('lets the gateway for strangers greet last, once the others know whom they admit', async () => {
    const socket = await connectTo('socket.io-client', ['websocket'], { query: { token: 'x' } });
    const { id } = socket as unknown as { id: string };
    await vi.waitFor(() => {
      expect(FirstGateway.greeted.get(id)).toBe('2');
    });
    socket.close();
  });

  it('passes on values unparsed, in one order, to every client generation and transport', async () => {
    const clients = await Promise.all([
      connectTo('socket.io-client-1', ['websocket']),
      connectTo('socket.io-client-2', ['polling']),
      connectTo('socket.io-client-2', ['polling', 'websocket']),
      connectTo('socket.io-client', ['polling']),
      connectTo('socket.io-client', ['polling', 'websocket']),
      connectTo('socket.io-client', ['websocket']),
    ]);
    await sleep(100);
    const seen = clients.map((client) => collect(client, 'room'));
    const raw = await RawWebSocket.open(server.port, '/socket.io/?EIO=4&transport=websocket');
    await raw.until((r) => r.texts.length === 1);
    raw.socket.write(clientFrame('40'));
    await raw.until((r) => r.texts.length === 2);
    const json = '{"big":12345678901234567890,"exp":1e400,"__proto__":{"a":"\\u0000\\ud800"}}';
    for (let n = 0; n < 50; n++) raw.socket.write(clientFrame(`42["publish",{"n":${n},"v":${json}}]`));
    await raw.until((r) => r.texts.filter((text) => text.includes('"room"')).length === 50);
    expect(raw.texts.find((text) => text.includes('"n":7'))).toBe(`42["room",{"n":7,"v":${json}}]`);
    await vi.waitFor(() => {
      for (const events of seen) {
        expect(events.map((event) => (event[1] as { n: number }).n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      }
    });
    raw.socket.destroy();
    for (const client of clients) client.close();
  });

  it('tells the gateways when a socket has left, once', async () => {
    const socket = await connectTo();
    const { id } = socket as unknown as { id: string };
    socket.close();
    await vi.waitFor(() => {
      expect(FirstGateway.left.filter((left) => left === id)).toEqual([id]);
    });
  });

  it('lets a socket leave the namespace and rejoin on the same transport, however much it sent before', async () => {
    const raw = await RawWebSocket.open(server.port, '/socket.io/?EIO=4&transport=websocket');
    await raw.until((r) => r.texts.length === 1);
    const joined = (times: number) =>
      raw.until((r) => r.texts.filter((text) => text.startsWith('40')).length === times);
    raw.socket.write(clientFrame('40'));
    await joined(1);
    const [id] = /(?<="sid":")[^"]+/.exec(raw.texts.at(-1) ?? '') ?? [];
    raw.socket.write(
      Buffer.concat([...Array.from({ length: 100 }, () => clientFrame('42["echo",0]')), clientFrame('41')]),
    );
    // In one read with what follows it would be a protocol violation for any server.
    await vi.waitFor(() => {
      expect(FirstGateway.left).toContain(id);
    });
    raw.socket.write(clientFrame('40'));
    await joined(2);
    raw.socket.write(clientFrame('42["echo",7]'));
    await raw.until((r) => r.texts.includes('42["echoed",7]'));
    raw.socket.destroy();
  });

  it('ends only the connection of a malformed packet', async () => {
    const [good, bad] = [
      await connectTo(),
      await RawWebSocket.open(server.port, '/socket.io/?EIO=4&transport=websocket'),
    ];
    await bad.until((r) => r.texts.length === 1);
    bad.socket.write(clientFrame('40'));
    await bad.until((r) => r.texts.length === 2);
    bad.socket.write(clientFrame('42["unterminated'));
    await bad.until((r) => r.ended || r.closeCode !== undefined);
    const seen = collect(good, 'echoed');
    good.emit('echo', 0);
    await vi.waitFor(() => {
      expect(seen).toHaveLength(1);
    });
    good.close();
  });

  it('closes the transport when draining, so that clients reconnect by themselves', async () => {
    const own = await startTransportApp([FirstGateway, SecondGateway, SocketIoFilter], { DRAIN_SECONDS: '1' });
    const socket = (require('socket.io-client') as Connect)(`http://127.0.0.1:${own.port}`, {
      transports: ['websocket'],
    });
    const reason = new Promise((resolve) => {
      socket.on('connect', () => void own.app.get(Lifecycle).drain());
      socket.on('disconnect', resolve);
    });
    expect(await reason).toBe('transport close');
    socket.close();
    await own.close();
  });

  it.each(Object.entries(VERSIONS))('tells a client %s that it is connected once it is admitted', async (_, name) => {
    const connect = require(name) as Connect;
    const socket = connect(`http://127.0.0.1:${server.port}`, { transports: ['websocket'], forceNew: true });
    const takenIn = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => {
        resolve(FirstGateway.takenIn.has((socket as unknown as { id: string }).id));
      });
    });
    expect(takenIn).toBe(true);
    socket.close();
  });

  it('admits nobody once it is shutting down, since that would delay the shutdown', async () => {
    const own = await startTransportApp([FirstGateway, SecondGateway, SocketIoFilter]);
    own.app.get(TransportService).beforeApplicationShutdown();
    const polling = await fetch(`http://127.0.0.1:${own.port}/socket.io/?EIO=4&transport=polling`);
    expect(polling.status).toBe(503);
    const socket = await RawWebSocket.open(own.port, '/socket.io/?EIO=4&transport=websocket');
    await socket.until(({ ended }) => ended);
    expect(socket.head).toContain('503 Service Unavailable');
    await own.close();
  });

  it('reports the leave of a client that left before it was connected', async () => {
    const before = FirstGateway.greeted.size;
    const raw = await RawWebSocket.open(server.port, '/socket.io/?EIO=4&transport=websocket');
    await raw.until((r) => r.texts.length >= 1);
    raw.socket.end(clientFrame('40'));
    await vi.waitFor(() => {
      expect(FirstGateway.greeted.size).toBe(before + 1);
    });
    const id = [...FirstGateway.greeted.keys()].at(-1) as string;
    await vi.waitFor(() => {
      expect(FirstGateway.left).toContain(id);
    });
  });

  it('refuses foreign origins on upgrades and on polling', async () => {
    const strict = await startTransportApp([FirstGateway, SocketIoFilter], { ALLOWED_ORIGINS: 'https://good.example' });
    const origin = { Origin: 'https://evil.example' };
    const polling = await fetch(`http://127.0.0.1:${strict.port}/socket.io/?EIO=4&transport=polling`, {
      headers: origin,
    });
    expect(polling.status).toBe(403);
    const path = '/socket.io/?EIO=4&transport=websocket';
    const upgrade = await RawWebSocket.open(strict.port, path, undefined, ['Origin: https://evil.example']);
    await upgrade.until((r) => r.ended);
    expect(upgrade.status).toBe(403);
    const good = await RawWebSocket.open(strict.port, path, undefined, ['Origin: https://good.example']);
    await good.until((r) => r.texts.length > 0);
    good.socket.destroy();
    await strict.close();
  });

  it('rejects foreign gateways', async () => {
    @WebSocketGateway()
    class StockGateway {}
    await expect(startTransportApp([StockGateway])).rejects.toThrow('neither a plainGateway nor a socketIoGateway');
  });

  describe('with a list of origins', () => {
    const GOOD = 'https://good.example';
    let strict: TransportApp;
    beforeAll(async () => {
      strict = await startTransportApp([FirstGateway, SocketIoFilter], { ALLOWED_ORIGINS: GOOD });
    });
    afterAll(() => strict.close());
    const ask = (query: string, origin?: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`http://127.0.0.1:${strict.port}/socket.io/?transport=polling&${query}`, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), ...(origin !== undefined && { origin }) },
      });
    const cors = ({ headers }: Response): (string | null)[] =>
      ['allow-origin', 'allow-credentials'].map((name) => headers.get(`access-control-${name}`));
    const LET_IN = [GOOD, 'true'];
    const KEPT_OUT = [null, null];

    it.each(['3', '4'])('lets their pages read every answer to polling, errors too (EIO %s)', async (eio) => {
      const opened = await ask(`EIO=${eio}`, GOOD);
      expect([opened.status, ...cors(opened)]).toEqual([200, ...LET_IN]);
      expect(opened.headers.get('vary')).toBe('Origin');
      const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1] ?? '';
      const posted = await ask(`EIO=${eio}&sid=${sid}`, GOOD, { method: 'POST', body: eio === '3' ? '1:1' : '1' });
      expect([posted.status, ...cors(posted)]).toEqual([200, ...LET_IN]);
      for (const query of [`EIO=${eio}&sid=gone`, `EIO=${eio}&transport=none`]) {
        const refused = await ask(query, GOOD);
        expect([refused.status, ...cors(refused)]).toEqual([400, ...LET_IN]);
      }
    });

    it.each(['EIO=4', 'EIO=3', 'EIO=4&sid=gone'])('answers a preflight of their pages (%s)', async (query) => {
      const headers = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-a',
      };
      const preflight = await ask(query, GOOD, { method: 'OPTIONS', headers });
      expect([preflight.status, ...cors(preflight)]).toEqual([204, ...LET_IN]);
      expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,x-a');
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      const foreign = await ask(query, 'https://evil.example', { method: 'OPTIONS', headers });
      expect([foreign.status, ...cors(foreign)]).toEqual([403, ...KEPT_OUT]);
    });

    it('checks every request of a session, not only the first', async () => {
      const sid = /"sid":"([^"]+)"/.exec(await (await ask('EIO=4', GOOD)).text())?.[1] ?? '';
      const query = `EIO=4&sid=${sid}`;
      for (const init of [{}, { method: 'POST', body: '41' }]) {
        const foreign = await ask(query, 'https://evil.example', init);
        expect([foreign.status, ...cors(foreign)]).toEqual([403, ...KEPT_OUT]);
      }
      expect((await ask(query, GOOD, { method: 'POST', body: '1' })).status).toBe(200);
    });

    it.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('refuses %s in a session, which continues', async (method) => {
      const sid = /"sid":"([^"]+)"/.exec(await (await ask('EIO=4')).text())?.[1] ?? '';
      const answer = await ask(`EIO=4&sid=${sid}`, undefined, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
      expect((await ask(`EIO=4&sid=${sid}`, undefined, { method: 'POST', body: '1' })).status).toBe(200);
    });

    it('answers requests to a session that has become a WebSocket', async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${strict.port}/socket.io/?EIO=4&transport=websocket`);
      const [first] = (await once(socket, 'message')) as [Buffer];
      const sid = /"sid":"([^"]+)"/.exec(String(first))?.[1] ?? '';
      for (const method of ['GET', 'POST']) {
        const url = `http://127.0.0.1:${strict.port}/socket.io/?EIO=4&transport=websocket&sid=${sid}`;
        const answer = await fetch(url, { method, signal: AbortSignal.timeout(5_000) });
        expect([answer.status, await answer.text()]).toEqual([400, '{"code":3,"message":"Bad request"}']);
      }
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close();
    });

    it('answers JSONP to nobody', async () => {
      const sid = /"sid":"([^"]+)"/.exec(await (await ask('EIO=3')).text())?.[1] ?? '';
      for (const query of ['EIO=4&j=0', 'EIO=3&j=', `EIO=3&sid=${sid}&j=1`, `EIO=3&%6A=0`]) {
        const answer = await ask(query);
        expect([answer.status, await answer.text()]).toEqual([403, '{"code":4,"message":"Forbidden"}']);
      }
    });
  });
});
