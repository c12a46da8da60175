import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.js';
import { ServicesHarness } from '../support/services.js';

describe('nodes and their traffic', () => {
  let services: ServicesHarness;
  beforeAll(async () => {
    services = await ServicesHarness.start();
  });
  afterAll(() => services.close());

  it('lists the only node, with what it is doing', async () => {
    const service = await services.service();
    const { host } = await services.host(service);
    await services.client(service, host);
    const { status, body } = await services.api('GET', 'nodes');
    expect(status).toBe(200);
    expect(body.nextCursor).toBeNull();
    expect(body.items).toEqual([
      {
        id: (await services.api('GET', 'connections')).body.items[0].node,
        url: expect.stringMatching(/^http:\/\/localhost:\d+$/),
        startedAt: expect.stringMatching(/Z$/),
        state: 'ready',
        connections: { services: 2, rooms: 0, circles: 0, signaling: 0, omikron: 0, console: 0 },
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        load: expect.any(Number),
        away: [],
      },
    ]);
    await services.hangUp();
  });

  it('reports how a node is doing', async () => {
    const [{ id, ...listed }] = (await services.api('GET', 'nodes')).body.items;
    const { status, body } = await services.api('GET', `nodes/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      version: listed.version,
      state: 'ready',
      uptimeSeconds: expect.any(Number),
      cpu: expect.any(Number),
      bus: { state: 'none', heardMsAgo: null },
      queues: { inboundMessages: 0, outboundBytes: 0, storeCharacters: 0 },
      database: { up: true, latencyMs: expect.any(Number) },
      redis: null,
    });
    expect(body.memory.rss).toBeGreaterThan(body.memory.heapUsed);
    expect(body.eventLoop.p99Ms).toBeGreaterThanOrEqual(body.eventLoop.p50Ms);
    expect(Date.parse(body.measuredAt)).toBeGreaterThan(Date.now() - 60_000);
    expect((await services.api('GET', 'nodes/nobody')).body.code).toBe('not_found');
  });

  it('keeps its row in the database, and removes it at the end', async () => {
    const other = await ServicesHarness.start();
    const rows = () => other.server.database.connect().then((source) => source.query('SELECT * FROM nodes'));
    const [row] = await rows();
    expect(row).toMatchObject({ state: 'ready', name: row.incarnation, bus_heard_at: null });
    await other.server.app.close();
    expect(await rows()).toEqual([]);
    await other.server.database.drop();
  });

  it('counts sockets and messages, by protocol and in total', async () => {
    const before = (await services.api('GET', 'stats')).body;
    const service = await services.service();
    const { host } = await services.host(service);
    for (let n = 0; n < 20; n++) host.send({ n });
    host.send({ type: 'x' });
    await services.client(service, host);
    const { status, body } = await services.api('GET', 'stats');
    expect(status).toBe(200);
    expect(body).toMatchObject({ nodes: 1, missing: [], windowSeconds: 10 });
    const mine = body.protocols.find(({ protocol }: { protocol: string }) => protocol === 'services');
    expect(mine.connections).toBe(2);
    expect(body.total.connections).toBe(2);
    expect(mine.messagesIn - before.total.messagesIn).toBeGreaterThanOrEqual(23);
    expect(mine.messagesInPerSecond).toBeGreaterThan(0);
    await services.hangUp();
  });

  it.each(['nodes', 'nodes/nobody', 'stats'])('shows %s to admins only', async (path) => {
    expect((await apiOf(services.server)('GET', path)).status).toBe(401);
  });
});
