import { type Recovered, RoomEvents, type RoomEventsOptions } from '@switchboard/client';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RoomsHarness, type TestApplication, type TestEndpoint } from '../support/rooms.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 20_000, interval: 20 };

const streams: RoomEvents[] = [];

/** A reader with a record of its events; it is closed after the test. */
function follow(url: string, { code }: { code: string }, options: Partial<RoomEventsOptions> = {}) {
  const stream = new RoomEvents({ url, code, ...RETRY, ...options });
  streams.push(stream);
  const heard: unknown[] = [];
  const recoveries: Recovered[] = [];
  const ends: unknown[] = [];
  stream.on('message', ({ message }) => heard.push(message));
  stream.on('recovered', (answer) => recoveries.push(answer));
  stream.on('closed', ({ code: closeCode }) => ends.push(closeCode));
  const opened = new Promise<void>((resolve) => stream.on('open', resolve));
  return { stream, heard, recoveries, ends, opened };
}

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

describe('RoomEvents', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let app: TestApplication;
  let cable: TcpProxy;
  let seat: TestEndpoint;
  let room = 0;

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    app = await rooms.application();
    cable = await new TcpProxy(new URL(rooms.server.url)).open();
  });
  afterAll(async () => {
    await cable.cut();
    // Node's fetch may hold an unused open connection, which a closing server would wait for.
    rooms.app.app.getHttpServer().closeAllConnections();
    await rooms.close();
  });

  const enter = async (options: object = { durable: true }, permissions: 'read' | 'write' = 'read') => {
    await rooms.room(app, `room-${++room}`, options);
    seat = await rooms.endpoint(app, `room-${room}`, permissions);
  };
  const publish = (message: unknown) => rooms.as(app, 'POST', `rooms/room-${room}/messages`, { message });

  it('hears messages, and starts with the oldest message kept if requested', async () => {
    await enter();
    await publish('old');
    const live = follow(rooms.server.url, seat);
    await live.opened;
    await publish({ text: 'line\nbreak', big: 'x'.repeat(200_000) });
    const all = follow(rooms.server.url, seat, { after: 'beginning' });
    await vi.waitFor(() => {
      expect(live.heard).toHaveLength(1);
      expect(all.heard).toEqual(['old', ...live.heard]);
    }, PATIENCE);
    expect(live.heard[0]).toMatchObject({ text: 'line\nbreak' });
    expect(live.recoveries).toEqual([]);
    expect(all.recoveries).toMatchObject([{ recovered: true, offset: 2 }]);
    expect(live.stream.position).toEqual(all.stream.position);
  });

  it('recovers what it missed while the cable was cut, even if it had heard nothing before', async () => {
    await enter();
    const { heard, recoveries, opened } = follow(cable.url, seat);
    await opened;
    await cable.cut();
    await publish('missed');
    await cable.open();
    await vi.waitFor(() => {
      expect(heard).toEqual(['missed']);
    }, PATIENCE);
    await cable.cut();
    await publish('and this');
    await cable.open();
    await vi.waitFor(() => {
      expect(heard).toEqual(['missed', 'and this']);
    }, PATIENCE);
    expect(recoveries).toMatchObject([{ recovered: true }, { recovered: true }]);
  });

  it('says that something may be lost in rooms that keep nothing', async () => {
    await enter({});
    const { recoveries, opened } = follow(cable.url, seat);
    await opened;
    await cable.cut();
    await cable.open();
    await vi.waitFor(() => {
      expect(recoveries).toEqual([{ recovered: false, offset: 0, epoch: '' }]);
    }, PATIENCE);
  });

  it('stays away if it may not read, and if its endpoint is deleted', async () => {
    await enter({ durable: true }, 'write');
    const { ends } = follow(rooms.server.url, seat);
    await vi.waitFor(() => {
      expect(ends).toEqual([1008]);
    }, PATIENCE);
    await enter();
    const reader = follow(rooms.server.url, seat);
    await reader.opened;
    await rooms.as(app, 'DELETE', `rooms/room-${room}/endpoints/${seat.code}`);
    await vi.waitFor(() => {
      expect(reader.ends).toEqual([1008]);
    }, PATIENCE);
  });
});

describe('RoomEvents, of a server that', () => {
  const servers: { close(): void }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  type Treat = (response: ServerResponse) => void;

  /** Treats its requests in order as specified, and all further ones like the last. */
  async function server(...treat: Treat[]) {
    const seen: IncomingMessage[] = [];
    const http = createServer((request, response) => {
      seen.push(request);
      const how = treat.length > 1 ? treat.shift() : treat[0];
      how?.(response);
    }).listen(0, '127.0.0.1');
    servers.push({
      close: () => {
        http.close();
        http.closeAllConnections();
      },
    });
    await new Promise((resolve) => http.once('listening', resolve));
    return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, seen };
  }
  const stream =
    (text: string, end = false): Treat =>
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write(text);
      if (end) setTimeout(() => response.destroy(), 20);
    };
  const frame = (offset: number, more: object = {}) =>
    `id: e:${offset}\ndata: ${JSON.stringify({ message: offset, identity: 'i', timestamp: 't', offset, epoch: 'e', ...more })}\n\n`;

  it('breaks off in the middle of an event is reconnected to, after the last complete one', async () => {
    const half = frame(6).slice(0, 20);
    const { url, seen } = await server(
      stream(`id: e:4\nevent: recovered\ndata: {"recovered":false,"offset":4,"epoch":"e"}\n\n${frame(5)}${half}`, true),
      stream(
        frame(5) + frame(6, { novelty: true }) + 'event: news\ndata: {}\n\nnonsense\n\ndata: <html>\n\n' + frame(7),
      ),
    );
    const { heard, stream: reader } = follow(url, { code: 'c' });
    await vi.waitFor(() => {
      expect(heard).toEqual([5, 6, 7]);
    }, PATIENCE);
    expect(reader.position).toEqual({ offset: 7, epoch: 'e' });
    expect(seen[0]?.url).toBe('/sse/endpoint/c/?after=');
    expect(seen[1]?.headers['last-event-id']).toBe('e:5');
  });

  it.each<[string, Treat]>([
    ['answers with a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['answers 500', (response) => response.writeHead(500).end()],
    ['answers 429', (response) => response.writeHead(429, { 'retry-after': '0' }).end()],
    ['hangs up', (response) => response.destroy()],
  ])('%s is tried again', async (_name, treat) => {
    const { url, seen } = await server(treat, stream(frame(1)));
    const { heard } = follow(url, { code: 'c' }, { longestMs: 50 });
    await vi.waitFor(() => {
      expect(heard).toEqual([1]);
    }, PATIENCE);
    expect(seen).toHaveLength(2);
  });

  it('asks for patience gets it', async () => {
    const { url } = await server((response) => response.writeHead(503, { 'retry-after': '60' }).end());
    const { stream: reader } = follow(url, { code: 'c' });
    const { waitMs } = await new Promise<{ waitMs: number }>((resolve) => reader.on('reconnecting', resolve));
    expect(waitMs).toBeGreaterThanOrEqual(60_000);
  });
});
