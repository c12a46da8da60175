import { Iota, OmikronClient, type Recovered, RoomEndpoint } from '@switchboard/client';
import { CirclesSocket } from '@switchboard/client/circles';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CirclesHarness } from '../support/circles.js';
import { OmikronHarness, type TestUser } from '../support/omikron.js';
import { RoomsHarness } from '../support/rooms.js';
import { RestartedServer } from './restarted-server.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 20_000, interval: 20 };

/** Clients that live through restarts of their server. */
interface Scene {
  /** Just before the server goes. */
  before(): void;
  /** While there is none. */
  away(): unknown;
  /** Resolves once they are back for good: one that is still away would come back once for both. */
  back(): Promise<unknown>;
  /** What has become of everything. */
  end(): Promise<void>;
}

const open: { close(): void }[] = [];
const kept = <S extends { close(): void }>(socket: S): S => {
  open.push(socket);
  return socket;
};

/** A writer and what a reader has of it, in numbers. */
function conversation(send: (n: number) => Promise<unknown>) {
  const heard: number[] = [];
  const receipts: Promise<unknown>[] = [];
  const say = (count: number) => {
    for (let i = 0; i < count; i++) receipts.push(send(receipts.length));
  };
  const allHeard = () =>
    vi.waitFor(() => {
      expect(heard).toHaveLength(receipts.length);
    }, PATIENCE);
  return {
    heard,
    say,
    back: async () => {
      await receipts.at(-1);
      await allHeard();
    },
    end: async () => {
      await Promise.all(receipts);
      await allHeard();
      expect([...heard].sort((a, b) => a - b)).toEqual(receipts.map((_receipt, i) => i));
    },
  };
}

async function ofRooms(url: string): Promise<Scene> {
  const rooms = await RoomsHarness.on({ url, wsUrl: url.replace('http', 'ws') });
  const app = await rooms.application();
  await rooms.room(app, 'r', { durable: true });
  const endpoint = async (permission: 'read' | 'write') => {
    const { code } = await rooms.endpoint(app, 'r', permission);
    const socket = kept(new RoomEndpoint({ url, code, ...RETRY }));
    return { socket, opened: new Promise<void>((resolve) => socket.on('open', resolve)) };
  };
  const [writer, reader] = [await endpoint('write'), await endpoint('read')];
  const { heard, say, back, end } = conversation((n) => writer.socket.send(n));
  const recoveries: Recovered[] = [];
  reader.socket.on('message', ({ message }) => heard.push(message as number));
  reader.socket.on('recovered', (answer) => recoveries.push(answer));
  await Promise.all([writer.opened, reader.opened]);
  say(200);
  return {
    before: () => {
      say(200);
    },
    away: () => {
      say(200);
    },
    back,
    end: async () => {
      await end();
      expect(recoveries).toMatchObject([{ recovered: true }, { recovered: true }]);
      await rooms.close();
    },
  };
}

async function ofCircles(url: string): Promise<Scene> {
  const world = await CirclesHarness.at(url).world();
  const [writer, reader] = [world.u1, world.u2].map(({ token }) =>
    kept(new CirclesSocket({ url, token, ...RETRY })),
  ) as [CirclesSocket, CirclesSocket];
  const { heard, say, back, end } = conversation((n) => writer.send(world.conversation, { text: String(n) }));
  const recoveries: unknown[] = [];
  reader.on('message', ({ message }) => heard.push(Number(message.content)));
  reader.on('recovered', (answer) => recoveries.push(answer));
  await reader.joinConversation(world.conversation, 0);
  say(100);
  return {
    before: () => {
      say(100);
    },
    away: () => {
      say(100);
    },
    back,
    end: async () => {
      await end();
      expect(recoveries.at(-1)).toMatchObject({ recovered: true });
    },
  };
}

async function ofOmikron(url: string): Promise<Scene> {
  const omikron = await OmikronHarness.on({ url, wsUrl: url.replace('http', 'ws') });
  const { id, token, users } = await omikron.iota(1);
  const [user] = users as [TestUser];
  const iota = kept(new Iota({ url, iotaId: id, token, userIds: [user.id], ...RETRY }));
  const app = kept(new OmikronClient({ url, userId: user.id, privateKeyHash: user.hash, ...RETRY }));
  iota.on('message', (message) => {
    iota.reply(message, { echo: message.data });
  });
  let opens = 0;
  app.on('open', () => opens++);
  const opened = (count: number) =>
    vi.waitFor(() => {
      expect(opens).toBeGreaterThanOrEqual(count);
    }, PATIENCE);
  await opened(1);
  let i = 0;
  return {
    before: () => undefined,
    away: () => expect(app.ask('get_chats', {})).rejects.toThrow(),
    back: async () => {
      await opened(++i + 1);
      expect(await app.ask('get_chats', { i })).toMatchObject({ data: { echo: { i } } });
    },
    end: () => omikron.close(),
  };
}

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

describe('when the server restarts,', () => {
  // All of them at once: a start takes seconds.
  it(
    'RoomEndpoint and CirclesSocket lose and double nothing, and the clients of the Omikron come back',
    { timeout: 120_000 },
    async () => {
      await RestartedServer.use(async (server) => {
        const { url } = server;
        const scenes = [await ofRooms(url), await ofCircles(url), await ofOmikron(url)];
        // Once in the way of a planned restart, once as a crash, with messages on their way.
        for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
          for (const scene of scenes) scene.before();
          await server.stop(signal);
          await Promise.all(scenes.map((scene) => scene.away()));
          await server.start();
          await Promise.all(scenes.map((scene) => scene.back()));
        }
        for (const scene of scenes) await scene.end();
      });
    },
  );
});
