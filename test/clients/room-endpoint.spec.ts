import { type Recovered, RoomEndpoint, type RoomEndpointOptions } from '@switchboard/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { RoomsHarness, type TestApplication, type TestEndpoint } from '../support/rooms.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 20_000, interval: 20 };

const endpoints: RoomEndpoint[] = [];

/** An endpoint with a record of its events; it is closed after the test. */
function follow(url: string, { code }: { code: string }, options: Partial<RoomEndpointOptions> = {}) {
  const endpoint = new RoomEndpoint({ url, code, ...RETRY, ...options });
  endpoints.push(endpoint);
  const heard: unknown[] = [];
  const recoveries: Recovered[] = [];
  const ends: number[] = [];
  endpoint.on('message', ({ message }) => heard.push(message));
  endpoint.on('recovered', (answer) => recoveries.push(answer));
  endpoint.on('closed', ({ code: closeCode }) => ends.push(closeCode));
  const opened = new Promise<void>((resolve) => endpoint.on('open', resolve));
  return { endpoint, heard, recoveries, ends, opened };
}

afterEach(() => {
  for (const endpoint of endpoints.splice(0)) endpoint.close();
});

describe('RoomEndpoint', () => {
  let rooms: RoomsHarness;
  let app: TestApplication;
  let cable: TcpProxy;
  let seat: TestEndpoint;
  let room = 0;

  beforeAll(async () => {
    rooms = await RoomsHarness.start({ MAX_FRAME_BYTES: '20000' });
    app = await rooms.application();
    cable = await new TcpProxy(new URL(rooms.server.url)).open();
  });
  afterAll(async () => {
    await cable.cut();
    await rooms.close();
  });

  const enter = async (options: object = { durable: true }) => {
    await rooms.room(app, `room-${++room}`, options);
    seat = await rooms.endpoint(app, `room-${room}`);
  };

  it('sends and hears, with acknowledgements', async () => {
    await enter();
    const { endpoint, heard, opened, recoveries } = follow(rooms.server.url, seat);
    await opened;
    expect(await endpoint.send({ text: 'hi' })).toEqual({ offset: 1, epoch: expect.any(String) });
    await vi.waitFor(() => {
      expect(heard).toEqual([{ text: 'hi' }]);
    });
    expect(endpoint.position).toMatchObject({ offset: 1 });
    expect(endpoint.pending).toBe(0);
    expect(endpoint.bufferedAmount).toBe(0);
    expect(recoveries).toEqual([]);
  });

  it('starts with the oldest message kept, or after a saved position', async () => {
    await enter();
    const speaker = follow(rooms.server.url, seat);
    await Promise.all([1, 2, 3].map((message) => speaker.endpoint.send(message)));
    const all = follow(rooms.server.url, seat, { after: 'beginning' });
    await vi.waitFor(() => {
      expect(all.heard).toEqual([1, 2, 3]);
    });
    expect(all.recoveries).toMatchObject([{ recovered: true }]);
    const { epoch } = all.endpoint.position!;
    const rest = follow(rooms.server.url, seat, { after: { offset: 2, epoch } });
    await vi.waitFor(() => {
      expect(rest.heard).toEqual([3]);
    });
  });

  it('recovers what it missed while the cable was cut, even if it had heard nothing before', async () => {
    await enter();
    const { heard, recoveries, endpoint, opened } = follow(cable.url, seat);
    await opened;
    await cable.cut();
    const waiting = endpoint.send('from the dark');
    await rooms.as(app, 'POST', `rooms/room-${room}/messages`, { message: 'missed' });
    await cable.open();
    await waiting;
    await vi.waitFor(() => {
      expect(heard).toEqual(['missed', 'from the dark']);
    }, PATIENCE);
    expect(recoveries).toMatchObject([{ recovered: true }]);
  });

  // bench/reconnects.mjs has a hundred, of two seconds each.
  it('sends and hears everything exactly once over ten drops', async () => {
    await enter();
    const speaker = follow(rooms.server.url, await rooms.endpoint(app, `room-${room}`));
    const { endpoint, heard, recoveries, opened } = follow(cable.url, seat);
    await Promise.all([speaker.opened, opened]);
    let openings = 1;
    endpoint.on('open', () => openings++);
    const said: Promise<unknown>[] = [];
    const talk = async (n: number) => {
      said.push(endpoint.send(`up ${n}`));
      await speaker.endpoint.send(`down ${n}`);
    };
    for (let drop = 0; drop < 10; drop++) {
      await talk(3 * drop);
      await cable.cut();
      await talk(3 * drop + 1);
      await cable.open();
      await talk(3 * drop + 2);
      await vi.waitFor(() => {
        expect(openings).toBe(drop + 2);
      }, PATIENCE);
    }
    await Promise.all(said);
    const all = (way: string) => Array.from({ length: 30 }, (_none, n) => `${way} ${n}`);
    const of = (way: string, { heard: list }: { heard: unknown[] }) =>
      list.filter((each) => (each as string).startsWith(way));
    await vi.waitFor(() => {
      expect(of('down', { heard })).toEqual(all('down'));
      expect(of('up', speaker)).toHaveLength(30);
    }, PATIENCE);
    expect(new Set(of('up', speaker))).toEqual(new Set(all('up')));
    expect(recoveries.map(({ recovered }) => recovered)).toEqual(Array.from({ length: 10 }, () => true));
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

  it('fails a message that is too large, and continues with the others', async () => {
    await enter();
    const { endpoint, opened } = follow(rooms.server.url, seat);
    await opened;
    const large = endpoint.send('x'.repeat(30_000));
    const small = endpoint.send('small');
    await expect(large).rejects.toMatchObject({ name: 'MessageRefused', code: 'payload_too_large' });
    await expect(small).resolves.toMatchObject({ offset: 1 });
  });

  it('stays away if its endpoint is deleted, and reports the fate of its messages', async () => {
    await enter();
    const { endpoint, ends, opened } = follow(rooms.server.url, seat);
    await opened;
    await rooms.as(app, 'DELETE', `rooms/room-${room}/endpoints/${seat.code}`);
    await vi.waitFor(() => {
      expect(ends).toEqual([1008]);
    }, PATIENCE);
    await expect(endpoint.send('late')).rejects.toMatchObject({ name: 'NotConnected' });
  });
});

describe('RoomEndpoint, of a server that', () => {
  const servers: WebSocketServer[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Treats its connections in order as specified, and all further ones like the last. */
  async function server(...treat: ((say: (frame: unknown) => void, close: (code: number) => void) => void)[]) {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    servers.push(wss);
    const queries: string[] = [];
    const said: unknown[] = [];
    wss.on('connection', (socket, request) => {
      queries.push(request.url ?? '');
      socket.on('message', (data: Buffer) => said.push(JSON.parse(data.toString())));
      const how = treat.length > 1 ? treat.shift() : treat[0];
      how?.(
        (frame) => {
          socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
        },
        (code) => {
          socket.close(code);
        },
      );
    });
    await new Promise((resolve) => wss.once('listening', resolve));
    const { port } = wss.address() as { port: number };
    return { url: `http://127.0.0.1:${port}`, queries, said };
  }
  const message = (offset: number) => ({ message: offset, identity: 'i', timestamp: 't', offset, epoch: 'e' });

  it.each([1012, 4008, 1013])('closes with %i is reconnected to, at the last position', async (code) => {
    const { url, queries } = await server(
      (say, close) => {
        say({ recovered: false, offset: 4, epoch: 'e' });
        say(message(5));
        close(code);
      },
      (say) => {
        say({ recovered: true, offset: 6, epoch: 'e' });
        // Messages heard before are not passed on again.
        say(message(5));
        say(message(6));
      },
    );
    const { heard, recoveries } = follow(url, { code: 'c' });
    await vi.waitFor(() => {
      expect(heard).toEqual([5, 6]);
    }, PATIENCE);
    expect(queries[1]).toBe('/ws/endpoint/c/?acks=1&after=5&epoch=e');
    expect(recoveries).toEqual([{ recovered: true, offset: 6, epoch: 'e' }]);
  });

  it.each([1008, 4000])('closes with %i is not contacted again', async (code) => {
    const { url, queries } = await server((_say, close) => {
      close(code);
    });
    const { endpoint, ends } = follow(url, { code: 'c' });
    const waiting = endpoint.send('never');
    await expect(waiting).rejects.toThrow();
    expect(ends).toEqual([code]);
    expect(queries).toHaveLength(1);
  });

  it('sends garbage is abandoned for another attempt; unknown members and events do no harm', async () => {
    const { url, queries } = await server(
      (say) => {
        say('<html>');
      },
      (say) => {
        say({ event: 'new in version 9', items: 3 });
        say({ ...message(1), novelty: true });
      },
    );
    const { heard } = follow(url, { code: 'c' });
    await vi.waitFor(() => {
      expect(heard).toEqual([1]);
    }, PATIENCE);
    expect(queries).toHaveLength(2);
  });

  it('does not acknowledge gets the same message under the same id after a reconnect', async () => {
    const { url, said } = await server(
      (_say, close) => {
        setTimeout(close, 50, 1012);
      },
      () => undefined,
    );
    const { endpoint } = follow(url, { code: 'c' });
    const waiting = endpoint.send('stubborn');
    await vi.waitFor(() => {
      expect(said).toHaveLength(2);
    }, PATIENCE);
    expect(said[0]).toEqual({ message: 'stubborn', id: expect.stringMatching(/^.{1,64}$/) });
    expect(said[1]).toEqual(said[0]);
    endpoint.close();
    await expect(waiting).rejects.toMatchObject({ name: 'Unconfirmed' });
  });
});
