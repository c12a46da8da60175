import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { authorized, ServicesHarness } from '../../support/services.js';
import { type WsClient } from '../../support/ws-client.js';

/** Heartbeats of nodes and of the calls they hold, and what the pool says on each of its new connections. */
const OWN_QUERIES = /"nodes"|UPDATE calls|clock_timestamp|^(?:SET statement_timeout|START TRANSACTION$|COMMIT$)/;

describe('the database on connecting', () => {
  let harness: ServicesHarness;
  const asked: string[] = [];

  beforeAll(async () => {
    const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
      const text = typeof args[0] === 'string' ? args[0] : String((args[0] as { text?: string }).text);
      if (!OWN_QUERIES.test(text)) asked.push(text);
      return query.apply(this, args);
    });
    // What nodes ask at intervals, whether or not clients connect, would be counted too.
    vi.useFakeTimers({ toFake: ['setInterval'] });
    harness = await ServicesHarness.start();
  });
  afterEach(() => harness.hangUp());
  afterAll(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    await harness.close();
  });

  /** Queries while ten sockets connect with `token`. */
  const questions = async (token: string, role: string): Promise<string[]> => {
    asked.length = 0;
    const come = async (): Promise<WsClient> => {
      const client = await harness.connect();
      client.send({ token });
      await client.expectNext(authorized(role));
      return client;
    };
    await Promise.all(Array.from({ length: 10 }, come));
    return [...asked];
  };

  it('is asked at most once for a client', async () => {
    const { clientToken } = await harness.service();
    const seen = await questions(clientToken, 'client');
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThanOrEqual(10);
    expect(new Set(seen.map((text) => /FROM "(\w+)"/.exec(text)?.[1]))).toEqual(new Set(['services']));
  });

  it('is asked at most once for a host', async () => {
    const { hostToken } = await harness.service({ allowMultipleHosts: true });
    const seen = await questions(hostToken, 'host');
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThanOrEqual(10);
  });

  it('is not asked for a guest, nor for a wrong code', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { code } = await harness.host(service, true);
    expect(await questions(code, 'guest')).toEqual([]);
    const stranger = await harness.connect();
    stranger.send({ token: 'ZZZZ' });
    expect(await stranger.next()).toMatchObject({ type: 'server_error' });
    expect(asked).toEqual([]);
  });

  it('is not asked for messages or leaves', async () => {
    const service = await harness.service();
    const { host } = await harness.host(service);
    const { client } = await harness.client(service, host);
    asked.length = 0;
    client.send({ a: 1 });
    await host.next();
    await client.close();
    expect(await host.next()).toMatchObject({ type: 'server_leave' });
    expect(asked).toEqual([]);
  });
});
