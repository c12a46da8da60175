import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsRing } from '../../../src/modules/nodes/status/metrics-ring.service.js';
import { newUser } from '../../support/api.js';
import { RoomsHarness, take } from '../../support/rooms.js';
import { ServicesHarness } from '../../support/services.js';

interface Series {
  readonly name: string;
  readonly label: string | null;
  readonly node: string | null;
  readonly values: (number | null)[];
}

describe('the recent history of the nodes', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let nodes: number;

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    nodes = rooms.app.nodes.length;
    await (await ServicesHarness.on(rooms.app)).nodesKnowEachOther();
  });
  afterAll(() => rooms.close());

  const history = async (query: string) => {
    const { status, body } = await rooms.admin('GET', `metrics/history?${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ nodes, missing: [], stepSeconds: 10 });
    return body as { from: string; series: Series[] };
  };
  const newest = ({ values }: Series): number => values.filter((value) => value !== null).at(-1) ?? 0;
  const sample = (): void => {
    for (const node of rooms.app.nodes) node.get(MetricsRing).sample();
  };

  it('has connections, messages, closes, connects and refusals, summed over the nodes', async () => {
    const app = await rooms.application();
    await rooms.room(app, 'measured');
    sample();
    const reader = await rooms.member(app, 'measured', 'read');
    const writer = await rooms.member(app, 'measured', 'write');
    const gone = await rooms.member(app, 'measured', 'read');
    gone.socket.close(4_321);
    for (let n = 0; n < 5; n++) writer.send({ message: n });
    await take(reader, 5);
    await expect(rooms.connect({ code: 'nobody' })).rejects.toThrow('403');
    await expect
      .poll(async () => (await rooms.admin('GET', 'connections/ended?room=measured')).body.items.length)
      .toBe(1);
    sample();
    const { from, series } = await history('minutes=2');
    const of = (name: string, label: string | null = null): Series => {
      const found = series.find((each) => each.name === name && each.label === label);
      expect([name, label, found?.values.length]).toEqual([name, label, 12]);
      return found!;
    };
    expect(newest(of('connections', 'rooms'))).toBe(2);
    expect(newest(of('messagesIn', 'rooms'))).toBeGreaterThan(0);
    expect(newest(of('messagesOut', 'rooms'))).toBeGreaterThan(0);
    for (const [name, label] of [
      ['closes', 'other'],
      ['connects', null],
      ['refusals', '403'],
    ] as const) {
      expect([name, newest(of(name, label)) > 0]).toEqual([name, true]);
    }
    // Durations are per node.
    const delays = series.filter(({ name }) => name === 'eventLoopP99');
    expect(new Set(delays.map(({ node }) => node)).size).toBe(nodes);
    expect(Date.parse(from) % 10_000).toBe(0);
    const few = await history('minutes=60&names=connections,messagesIn');
    expect(new Set(few.series.map(({ name }) => name))).toEqual(new Set(['connections', 'messagesIn']));
    expect(few.series[0]!.values).toHaveLength(360);
    await rooms.hangUp();
  });

  it('lists the busiest rooms and services first', async () => {
    const app = await rooms.application();
    for (const [name, count] of [
      ['busy', 30],
      ['quiet', 3],
      ['silent', 0],
    ] as const) {
      await rooms.room(app, name);
      const readers = [await rooms.member(app, name, 'read'), await rooms.member(app, name, 'read')];
      const writer = await rooms.member(app, name, 'write');
      for (let n = 0; n < count; n++) writer.send({ message: n });
      for (const reader of readers) await take(reader, count);
    }
    const { status, body } = await rooms.admin('GET', 'top?by=deliveries&kind=room');
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'room', by: 'deliveries', nodes, missing: [] });
    const mine = body.items.filter(({ applicationId }: { applicationId: number }) => applicationId === app.id);
    expect(mine).toEqual([
      { id: expect.any(Number), label: 'busy', applicationId: app.id, deliveries: 60, perSecond: expect.any(Number) },
      { id: expect.any(Number), label: 'quiet', applicationId: app.id, deliveries: 6, perSecond: expect.any(Number) },
    ]);
    const services = await ServicesHarness.on(rooms.app);
    const service = await services.service();
    const { host } = await services.host(service);
    const { client } = await services.client(service, host);
    host.send({ n: 1 });
    await client.expectNext({ n: 1 });
    const top = await rooms.admin('GET', 'top?kind=service');
    // The client's join, and the message.
    expect(top.body.items).toEqual([
      { id: service.id, label: service.title, applicationId: null, deliveries: 2, perSecond: expect.any(Number) },
    ]);
    await services.hangUp();
    await rooms.hangUp();
  });

  it('accepts known parameters, from admins', async () => {
    const bad = [
      'metrics/history?names=x',
      'metrics/history?names=',
      'metrics/history?minutes=61',
      'metrics/history?minutes=0',
    ];
    for (const path of [
      ...bad,
      'metrics/history?names=connections&names=closes',
      'top',
      'top?kind=circle',
      'top?kind=room&by=luck',
    ]) {
      expect([path, (await rooms.admin('GET', path)).status]).toEqual([path, 422]);
    }
    const { accessToken } = await newUser(rooms.call);
    for (const path of ['metrics/history', 'top?kind=room']) {
      expect([path, (await rooms.call('GET', path, { token: accessToken })).status]).toEqual([path, 403]);
      expect([path, (await rooms.call('GET', path)).status]).toEqual([path, 401]);
    }
  });
});
