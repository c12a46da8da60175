import { NoAnswer, Switchboard, UnexpectedAnswer } from '@switchboard/client';
import { CirclesSocket } from '@switchboard/client/circles';
import { Iota, OmikronCall, OmikronClient } from '@switchboard/client/omikron';
import { NotConnected, RoomEndpoint, RoomEvents, type SocketEnd, Unconfirmed } from '@switchboard/client/rooms';
import { ServiceClient, ServiceGuest, ServiceHost } from '@switchboard/client/services';
import { SignalingSocket } from '@switchboard/client/signaling';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HostileServer, type Misdeed, MISDEEDS } from './hostile-server.js';
import { NewerServer } from './newer-server.js';

const PATIENCE = { timeout: 20_000, interval: 5 };
const KEY = 'a'.repeat(64);

/** What all socket classes have in common. */
interface Client {
  on(name: 'open', listener: () => void): unknown;
  on(name: 'reconnecting', listener: (event: SocketEnd & { waitMs: number }) => void): unknown;
  on(name: 'closed', listener: (event: SocketEnd) => void): unknown;
  close(): void;
  retry(): void;
  drop(): void;
  readonly ended: boolean;
}

interface Subject {
  readonly client: Client;
  /** The event that a well-behaved server causes. */
  readonly heard: unknown[];
  /** Sends something at once; classes that keep it for later resolve when it has arrived. */
  readonly say?: () => unknown;
}

const RETRY = { firstMs: 2, longestMs: 10 };

const SUBJECTS: Readonly<Record<string, (url: string, retry: typeof RETRY) => Subject>> = {
  RoomEndpoint: (url, retry) => {
    const [client, heard] = [new RoomEndpoint({ url, code: 'c', ...retry }), [] as unknown[]];
    client.on('message', (event) => heard.push(event));
    return { client, heard, say: () => client.send('hi') };
  },
  RoomEvents: (url, retry) => {
    const [client, heard] = [new RoomEvents({ url, code: 'c', ...retry }), [] as unknown[]];
    client.on('message', (event) => heard.push(event));
    return { client, heard };
  },
  ServiceHost: (url, retry) => service(new ServiceHost({ url, hostToken: 't', ...retry })),
  ServiceClient: (url, retry) => service(new ServiceClient({ url, clientToken: 't', ...retry })),
  ServiceGuest: (url, retry) => service(new ServiceGuest({ url, code: 'HRSC', ...retry })),
  CirclesSocket: (url, retry) => {
    const [client, heard] = [new CirclesSocket({ url, token: 't', ...retry }), [] as unknown[]];
    client.on('message', (event) => heard.push(event));
    const say = () => Promise.all([client.joinConversation(3), client.joinCircle(1), client.send(3, { text: 'hi' })]);
    return { client, heard, say };
  },
  SignalingSocket: (url, retry) => {
    const [client, heard] = [new SignalingSocket({ url, name: 'Ann', ...retry }), [] as unknown[]];
    client.on('peer', (event) => heard.push(event));
    const say = () => {
      client.invite('s');
    };
    return { client, heard, say };
  },
  Iota: (url, retry) => {
    const [client, heard] = [new Iota({ url, iotaId: 'i', userIds: ['u'], ...retry }), [] as unknown[]];
    client.on('clientConnected', (event) => heard.push(event));
    return { client, heard, say: () => client.send({ type: 'x', receiver_id: 'u', data: {} }) };
  },
  OmikronClient: (url, retry) => {
    const options = { url, userId: 'u', privateKeyHash: KEY, ...retry };
    const [client, heard] = [new OmikronClient(options), [] as unknown[]];
    client.on('called', (event) => heard.push(event));
    return { client, heard, say: () => client.ask('x', {}) };
  },
  OmikronCall: (url, retry) => {
    const options = { url, userId: 'u', privateKeyHash: KEY, callId: 'c', ...retry };
    const [client, heard] = [new OmikronCall(options), [] as unknown[]];
    client.on('joined', (event) => heard.push(event));
    const say = () => {
      client.signal('webrtc_sdp', 'u', {});
    };
    return { client, heard, say };
  },
};

/** The three roles differ only in their credential. */
function service(client: Client & Pick<ServiceGuest, 'send' | 'on'>): Subject {
  const heard: unknown[] = [];
  client.on('join', (event) => heard.push(event));
  const say = () => {
    client.send({ hello: 1 });
  };
  return { client, heard, say };
}

/** The classes that keep what they send until it has arrived. */
const KEEPING = new Set(['RoomEndpoint', 'CirclesSocket']);

describe('with a server that misbehaves', () => {
  let newer: NewerServer;
  let server: HostileServer;
  const clients: Client[] = [];

  beforeAll(async () => {
    newer = await NewerServer.start();
    server = new HostileServer(newer.port);
    await server.behave();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    await server.leave();
    await newer.close();
  });

  const follow = (name: string, retry = RETRY) => {
    const { client, heard, say } = SUBJECTS[name]!(server.url, retry);
    clients.push(client);
    const ends: SocketEnd[] = [];
    let opened = 0;
    client.on('open', () => opened++);
    client.on('reconnecting', (end) => ends.push(end));
    /** The outcome of sending something. */
    const outcome = async () => {
      try {
        await say?.();
        return undefined;
      } catch (error) {
        return error;
      }
    };
    return { client, heard, ends, outcome, opened: () => opened };
  };
  const misbehaves = (misdeed: Misdeed | 'is away') =>
    misdeed === 'is away' ? server.leave() : server.behave(misdeed);

  it.each(Object.keys(SUBJECTS))(
    '%s reports it each time, loses nothing, and connects once the server behaves',
    async (name) => {
      await server.behave('answers 503');
      const { client, heard, ends, outcome, opened } = follow(name);
      const said = outcome();
      for (const misdeed of ['is away', ...MISDEEDS] as const) {
        await misbehaves(misdeed);
        ends.length = 0;
        await vi.waitFor(() => {
          expect(ends.length, misdeed).toBeGreaterThan(2);
        }, PATIENCE);
        for (const { code, reason } of ends)
          expect([typeof code, typeof reason], misdeed).toEqual(['number', 'string']);
        expect(client.ended, misdeed).toBe(false);
        expect(heard, misdeed).toEqual([]);
      }
      await server.behave();
      await vi.waitFor(() => {
        expect(heard.length).toBeGreaterThan(0);
      }, PATIENCE);
      expect(opened()).toBeGreaterThan(0);
      // Kept until it could be sent, or refused at once: never dropped silently.
      const error = await said;
      if (!KEEPING.has(name)) expect(error).toEqual(name === 'RoomEvents' ? undefined : expect.any(NotConnected));
      // Connections that are established but bring no acknowledgement count.
      else if (error !== undefined) expect(error).toBeInstanceOf(Unconfirmed);
    },
  );

  it.each(Object.keys(SUBJECTS))(
    '%s abandons a connection that its caller knows to be dead, and retries without waiting',
    async (name) => {
      await server.behave();
      const days = 1e9;
      const { client, ends, opened } = follow(name, { firstMs: days, longestMs: days });
      await vi.waitFor(() => {
        expect(opened()).toBe(1);
      }, PATIENCE);
      client.retry();
      expect(ends).toEqual([]);
      client.drop();
      await vi.waitFor(() => {
        expect(ends).toHaveLength(1);
      }, PATIENCE);
      client.drop();
      client.retry();
      await vi.waitFor(() => {
        expect(opened()).toBe(2);
      }, PATIENCE);
      expect([ends.length, client.ended]).toEqual([1, false]);
    },
  );

  it.each([...KEEPING])('%s reports the fate of what it kept if it is closed first', async (name) => {
    await server.behave('sends garbage');
    const { client, ends, outcome } = follow(name);
    const said = outcome();
    await vi.waitFor(() => {
      expect(ends.length).toBeGreaterThan(1);
    }, PATIENCE);
    client.close();
    expect((await said) as Error).toMatchObject({ name: expect.stringMatching(/^(NotConnected|Unconfirmed)$/) });
  });

  it.each([...MISDEEDS, 'is away'] as const)('REST throws an error of its own if the server %s', async (misdeed) => {
    await misbehaves(misdeed);
    const sdk = new Switchboard({ url: server.url, apiKey: 'k', retry: { attempts: 2, longestMs: 5 } });
    const ask = () => sdk.rooms.list();
    const error: unknown = await ask().then(
      (answer) => ({ answer }),
      (failure: unknown) => failure,
    );
    const status = Number(/^answers (\d+)$/.exec(misdeed)?.[1]);
    if (status) expect(error).toMatchObject({ name: 'UnexpectedAnswer', status });
    else if (error instanceof UnexpectedAnswer) expect(error.status).toBe(200);
    else expect(error).toBeInstanceOf(NoAnswer);
    expect(
      (await sdk.signIn({ email: 'a', password: 'b' }).catch((failure: unknown) => failure)) as Error,
    ).toMatchObject({ name: expect.stringMatching(/^(UnexpectedAnswer|NoAnswer)$/) });
  });
});
