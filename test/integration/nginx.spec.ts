import https from 'node:https';
import http from 'node:http';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { type Nginx, startNginx } from '../support/nginx.js';
import { describeWith } from '../support/requires.js';
import { authorized, INVALID, ServicesHarness, WELCOME } from '../support/services.js';
import { WsClient } from '../support/ws-client.js';

/** The address that a test client connects from: all of 127.0.0.0/8 is this machine. */
const own = (last: number): string => `127.0.0.${last}`;
/** Limits small enough to reach; only the proxy's own address is trusted. */
const ENV = { TRUSTED_PROXIES: '127.0.0.1', REST_RATE: '1', REST_BURST: '5', NODE_ENV: 'test' };
const FORGED = { 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7', Forwarded: 'for=203.0.113.7' };

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
}

function get(url: string, options: https.RequestOptions): Promise<Answer> {
  const { get: send } = url.startsWith('https') ? https : http;
  return new Promise((resolve, reject) => {
    send(url, { agent: false, ...options }, (response) => {
      response.resume().once('end', () => {
        resolve({ status: response.statusCode, headers: response.headers });
      });
    }).once('error', reject);
  });
}

describe('behind a proxy', () => {
  let harness: ServicesHarness;
  const open: WsClient[] = [];
  /** A greeted but not admitted connection. */
  const connect = async (url: string, address: string, headers = {}, ca?: string): Promise<WsClient> => {
    const client = await WsClient.open(url, { localAddress: address, headers, ...(ca && { ca }) });
    open.push(client);
    await client.expectNext(WELCOME);
    return client;
  };
  /** Addresses of a service's connections, in the order of the list. */
  const addresses = async (): Promise<string[]> => {
    const { body } = await harness.api('GET', 'connections?protocol=services');
    return (body.items as { address: string }[]).map(({ address }) => address);
  };
  /** Ten attempts are free; each further one waits twice as long as the previous. @returns one that waits 8 s */
  const useUpTries = async (attempt: () => Promise<WsClient>): Promise<WsClient> => {
    const tryOnce = async (): Promise<WsClient> => {
      const guest = await attempt();
      guest.send({ token: 'ABCD' });
      return guest;
    };
    for (let tries = 0; tries < 10; tries++) await (await tryOnce()).expectNext(INVALID);
    for (let tries = 0; tries < 4; tries++) await tryOnce();
    const waiting = await tryOnce();
    await waiting.expectNothing();
    return waiting;
  };

  beforeAll(async () => {
    harness = await ServicesHarness.start({ ...ENV, REST_RATE: '1000' });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.close()));
  });
  afterAll(() => harness.close());

  describe('that is not trusted', () => {
    it('forwarded addresses are ignored: in the list of connections and by the throttle', async () => {
      const url = `${harness.server.wsUrl}/ws/`;
      await connect(url, own(9), FORGED);
      expect(await addresses()).toEqual([own(9)]);
      let tries = 0;
      await useUpTries(() => connect(url, own(9), { 'X-Forwarded-For': `203.0.113.${++tries}` }));
    });

    it('a forwarded scheme is ignored: HSTS is not sent', async () => {
      const headers = { 'X-Forwarded-Proto': 'https' };
      const direct = await get(`${harness.server.url}/health/live`, { localAddress: own(9), headers });
      expect(direct.headers).not.toHaveProperty('strict-transport-security');
      const trusted = await get(`${harness.server.url}/health/live`, { localAddress: own(1), headers });
      expect(trusted.headers).toHaveProperty('strict-transport-security');
    });
  });

  describeWith('nginx', 'nginx with the site we ship', () => {
    let certificate: TestCertificate;
    let nginx: Nginx;
    let url: string;
    let wss: string;

    beforeAll(async () => {
      certificate = await makeCertificate();
      nginx = await startNginx(harness.server.url, certificate);
      url = `https://127.0.0.1:${nginx.tlsPort}`;
      wss = `wss://127.0.0.1:${nginx.tlsPort}/ws/`;
    });
    afterAll(async () => {
      await nginx.stop();
      await certificate.remove();
    });
    const ca = (): string => certificate.cert;

    it('serves https, and sends plain requests there', async () => {
      const answer = await get(`${url}/health/ready`, { ca: ca() });
      expect(answer.status).toBe(200);
      expect(answer.headers).toHaveProperty('strict-transport-security');
      const plain = await get(`http://127.0.0.1:${nginx.port}/api/v1/services?limit=1`, {});
      expect(plain).toMatchObject({ status: 308 });
      expect(plain.headers.location).toBe('https://127.0.0.1/api/v1/services?limit=1');
    });

    it('upgrades, and frames pass both ways up to the largest', async () => {
      const service = await harness.service();
      // The page's origin contains the proxy's port.
      const [host, client] = [await connect(wss, own(2), { Origin: url }, ca()), await connect(wss, own(3), {}, ca())];
      host.send({ token: service.hostToken });
      await host.expectNext(authorized('host'));
      client.send({ token: service.clientToken });
      await client.expectNext(authorized('client'));
      await host.next();
      const text = 'x'.repeat(1_000_000);
      host.send({ text });
      await client.expectNext({ text });
      host.send('not json');
      expect(await host.next()).toMatchObject({ type: 'server_error' });
      expect(await host.closeCode()).toBe(1000);
      expect(await client.next()).toMatchObject({ type: 'server_leave' });
    });

    it.each([
      // The client's polling cannot choose a local address.
      [['websocket'], own(11)],
      [['polling'], own(1)],
      [['polling', 'websocket'], own(1)],
    ])('carries Socket.IO over %j', async (transports, address) => {
      const socket = io(url, {
        ca: ca(),
        localAddress: address,
        transports,
        forceNew: true,
        reconnection: false,
      } as never);
      await new Promise((resolve, reject) => {
        socket.once('connect', () => {
          resolve(undefined);
        });
        socket.once('connect_error', reject);
      });
      const last = transports.at(-1);
      await expect.poll(() => socket.io.engine.transport.name).toBe(last);
      const { body } = await harness.api('GET', 'connections?protocol=signaling');
      expect((body.items as object[]).at(-1)).toMatchObject({ address });
      socket.disconnect();
    });

    it("shows clients with their own address, whatever they say it is, and keeps secrets out of the proxy's log", async () => {
      await connect(`${wss}?code=not-for-the-log`, own(4), {}, ca());
      await connect(wss, own(5), FORGED, ca());
      expect((await addresses()).sort()).toEqual([own(4), own(5)]);
      await Promise.all(open.splice(0).map((client) => client.close()));
      await expect.poll(() => nginx.accessLog()).toContain(`${own(5)} [`);
      expect(await nginx.accessLog()).not.toMatch(/not-for-the-log|\/ws/);
    });

    it('slows guessing per client: a guesser waits, the others behind the same proxy do not', async () => {
      const waiting = await useUpTries(() => connect(wss, own(6), FORGED, ca()));
      const other = await connect(wss, own(7), FORGED, ca());
      other.send({ token: 'ABCD' });
      await other.expectNext(INVALID);
      await waiting.expectNothing(0);
    });
  });

  describeWith('nginx', 'nginx and the limits of REST', () => {
    it('count per client behind it', async () => {
      const limited = await ServicesHarness.start(ENV);
      const certificate = await makeCertificate();
      const nginx = await startNginx(limited.server.url, certificate);
      try {
        const ask = async (address: string): Promise<number | undefined> => {
          const options = { ca: certificate.cert, localAddress: address, headers: FORGED };
          return (await get(`https://127.0.0.1:${nginx.tlsPort}/api/v1/services`, options)).status;
        };
        const seen: (number | undefined)[] = [];
        for (let n = 0; n < 12; n++) seen.push(await ask(own(8)));
        expect(new Set(seen)).toEqual(new Set([401, 429]));
        expect(await ask(own(10))).toBe(401);
      } finally {
        await nginx.stop();
        await certificate.remove();
        await limited.close();
      }
    });
  });
});
