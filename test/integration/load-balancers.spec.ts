import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from '../support/api.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { checkHaproxy, startHaproxy } from '../support/haproxy.js';
import { startNginx } from '../support/nginx.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { WELCOME } from '../support/services.js';
import { WsClient } from '../support/ws-client.js';

/** All of 127.0.0.0/8 is this machine; each client uses one of these. */
const own = (last: number): string => `127.0.0.${last}`;
const FORGED = { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.7' };
const ENV = { ...ADMIN_ENV, TRUSTED_PROXIES: '127.0.0.1', REST_RATE: '0', DRAIN_SECONDS: '4' };
/** Enough that one of three nodes gets none by chance only once in a million runs. */
const MANY = 40;
/** Milliseconds within which two health checks have certainly failed. */
const KNOWN_MS = 4_000;

interface Listed {
  readonly id: string;
  readonly address: string;
}

interface Node {
  readonly server: ServerProcess;
  readonly url: string;
  /** Its connections, in order of arrival. */
  connections(protocol: string): Promise<readonly Listed[]>;
}

interface Balancer {
  readonly port: number;
  readonly tlsPort: number;
  log(): string | Promise<string>;
  stop(): Promise<void>;
}

type Upstreams = readonly [string, string, string];
const BALANCERS: Record<string, (nodes: Upstreams, certificate: TestCertificate) => Promise<Balancer>> = {
  haproxy: startHaproxy,
  nginx: async (nodes, certificate) => {
    const nginx = await startNginx(nodes, certificate);
    return { ...nginx, log: () => nginx.accessLog() };
  },
};

describe.each(Object.entries(BALANCERS))('three nodes behind %s', (program, start) => {
  describeWith(program, 'with the configuration we ship', () => {
    let database: TestDatabase;
    let certificate: TestCertificate;
    let balancer: Balancer;
    let nodes: Node[];
    let url: string;
    const open: WsClient[] = [];
    const sockets: Socket[] = [];

    beforeAll(async () => {
      database = await createTestDatabase();
      certificate = await makeCertificate();
      // The first one creates the admin.
      const first = await startNode();
      nodes = [first, ...(await Promise.all([startNode(), startNode()]))];
      balancer = await start(nodes.map((node) => node.url) as unknown as Upstreams, certificate);
      url = `https://127.0.0.1:${balancer.tlsPort}`;
    }, 300_000);
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.disconnect();
      await Promise.all(open.splice(0).map((client) => client.close()));
    });
    afterAll(async () => {
      await balancer.stop();
      await cleanUpProcesses();
      await certificate.remove();
      await database.drop();
    });

    async function startNode(): Promise<Node> {
      const server = await startProcess({ ...ENV, DATABASE_URL: database.url });
      const at = await server.url;
      const api: Api = apiOf({ url: at });
      const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
      const connections = async (protocol: string) => {
        const { body } = await api('GET', `connections?protocol=${protocol}&limit=200`, { token: accessToken });
        return body.items as Listed[];
      };
      return { server, url: at, connections };
    }

    /** A greeted but not admitted connection. */
    async function connect(localAddress: string, headers = {}): Promise<WsClient> {
      const wss = `${url.replace('https', 'wss')}/ws/?code=not-for-the-log`;
      const client = await WsClient.open(wss, { localAddress, headers, ca: certificate.cert });
      open.push(client);
      await client.expectNext(WELCOME);
      return client;
    }

    function ask(socket: Socket): Promise<unknown> {
      const answer = new Promise((resolve) => socket.once('ice-servers', resolve));
      socket.emit('ice-servers');
      return answer;
    }

    const connectMany = (count: number) => Promise.all(Array.from({ length: count }, () => connect(own(3))));
    const countOf = async (node: Node | undefined) => (await node!.connections('services')).length;

    it('connections reach all of them, and keep their own addresses', async () => {
      await connectMany(MANY);
      await connect(own(9), FORGED);
      const found = await Promise.all(nodes.map((node) => node.connections('services')));
      const addresses = found.flat().map(({ address }) => address);
      expect(addresses.sort()).toEqual([...Array.from({ length: MANY }, () => own(3)), own(9)]);
      for (const here of found) expect(here.length).toBeGreaterThan(0);
    });

    it.each([
      ['polling', ['polling']],
      ['polling that becomes a WebSocket', ['polling', 'websocket']],
      ['WebSocket', ['websocket']],
    ])('Socket.IO over %s needs no cookie', async (_name, transports) => {
      const some = Array.from({ length: 6 }, () =>
        io(url, { transports, ca: certificate.cert, forceNew: true, reconnection: false } as Parameters<typeof io>[1]),
      );
      sockets.push(...some);
      await expect.poll(() => some.every(({ connected }) => connected), { timeout: 10_000 }).toBe(true);
      const last = transports.at(-1);
      await expect.poll(() => some.every(({ io: { engine } }) => engine.transport.name === last)).toBe(true);
      // All requests of a session have to reach the same node.
      for (let round = 0; round < 5; round++) await Promise.all(some.map(ask));
      expect(some.filter(({ connected }) => connected)).toHaveLength(6);
    });

    it('secrets stay out of the proxy’s log', async () => {
      await connect(own(5));
      await Promise.all(open.splice(0).map((client) => client.close()));
      await expect.poll(() => balancer.log()).toContain(own(5));
      expect(await balancer.log()).not.toMatch(/not-for-the-log|\/ws/);
    });

    it('a draining node gets nothing new, closes its own connections, and no new client is turned away', async () => {
      const before = await connectMany(MANY);
      const draining = nodes.pop()!;
      const there = await countOf(draining);
      expect(there).toBeGreaterThan(0);
      draining.server.kill('SIGTERM');
      await expect.poll(async () => (await fetch(`${draining.url}/health/ready`)).status).toBe(503);
      await connectMany(MANY);
      expect(await countOf(nodes[0])).toBeGreaterThan(0);
      expect((await countOf(nodes[0])) + (await countOf(nodes[1]))).toBe(2 * MANY - there);
      const { code } = await draining.server.exited;
      expect(code).toBe(0);
      const ended = before.filter(({ socket }) => socket.readyState !== socket.OPEN);
      expect(await Promise.all(ended.map((client) => client.closeCode()))).toEqual(
        Array.from({ length: there }, () => 1012),
      );
    }, 60_000);

    it('a killed node affects only its own clients', async () => {
      // Three attempts cannot get around two nodes that fail within the time of two health checks.
      await sleep(KNOWN_MS);
      nodes.pop()!.server.kill('SIGKILL');
      await connectMany(MANY);
      expect(await countOf(nodes[0])).toBe(MANY);
    }, 60_000);
  });
});

describeWith('haproxy', 'the configuration of HAProxy', () => {
  const shipped = (name: string) => path.resolve(import.meta.dirname, '../../deploy/haproxy', name);

  it('for Compose is accepted by HAProxy', async () => {
    await checkHaproxy(shipped('compose.cfg'));
  });

  it('is checked by a program that detects mistakes', async () => {
    await expect(checkHaproxy(import.meta.filename)).rejects.toThrow();
  });
});
