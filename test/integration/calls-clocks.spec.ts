import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clock } from '../../src/common/time/clock.js';
import { SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { CallLedger } from '../../src/modules/calls/call-ledger.service.js';
import { CallLedgerRepository } from '../../src/modules/calls/call-ledger.repository.js';
import { CallRetention } from '../../src/modules/calls/call-retention.service.js';
import { type RunningApp, startApp } from '../support/app.js';

const HOUR_MS = 3_600_000;
const ala = { sid: 'A', name: 'Ala' };
const bob = { sid: 'B', name: 'Bob' };

interface Row {
  readonly started_at: Date;
  readonly answered_at: Date | null;
  readonly ended_at: Date | null;
  readonly joined_at: Date | null;
  readonly left_at: Date | null;
}

/** The ledger of a node with a wall clock of its own. */
class Node {
  offset = 0;
  readonly ledger: CallLedger;
  constructor(server: RunningApp) {
    const clock = { now: () => Date.now() + this.offset } as Clock;
    this.ledger = new CallLedger(new CallLedgerRepository(server.dataSource), clock, new SystemMonotonicClock());
  }
}

describe('the call ledger with stepping clocks', () => {
  let server: RunningApp;
  beforeAll(async () => {
    server = await startApp({ CALL_RETENTION_DAYS: '30' });
  });
  afterAll(() => server.close());
  beforeEach(() => server.dataSource.query('DELETE FROM calls'));

  /** Each participant with its call. */
  const rows = (): Promise<Row[]> =>
    server.dataSource.query(`SELECT c.started_at, c.answered_at, c.ended_at, p.joined_at, p.left_at
      FROM calls c JOIN call_participants p ON p.call_id = c.id ORDER BY p.sid`);
  /** All pairs of times that contradict the order of events. */
  const disordered = async () =>
    (await rows()).flatMap(({ started_at, answered_at, ended_at, joined_at, left_at }) =>
      [
        [started_at, answered_at, ended_at],
        [started_at, joined_at, left_at, ended_at],
      ].flatMap((times) => {
        const known = times.filter((time) => time !== null);
        return known.slice(1).flatMap((time, n) => (time < (known[n] as Date) ? [[known[n], time]] : []));
      }),
    );

  it.each([
    ['behind', -HOUR_MS],
    ['ahead', HOUR_MS],
    ['far behind', -400 * 24 * HOUR_MS],
  ])('keeps the times of a call in order if the other node is %s', async (_name, offset) => {
    for (const late of [false, true]) {
      await server.dataSource.query('DELETE FROM calls');
      const [one, two] = [new Node(server), new Node(server)];
      two.offset = offset;
      const flush = () => Promise.all([one.ledger.flush(), two.ledger.flush()]);
      const call = one.ledger.newCall('signaling');
      one.ledger.rang(call, ala, bob);
      if (!late) await flush();
      two.ledger.answered(call);
      two.ledger.joined(call, bob);
      await two.ledger.flush();
      one.ledger.joined(call, ala);
      if (!late) await flush();
      expect(late ? [] : await disordered()).toEqual([]);
      one.ledger.left(call, 'A');
      await one.ledger.flush();
      two.ledger.ended(call, 'completed', 'A');
      await flush();
      expect(await rows()).toHaveLength(2);
      expect((await rows()).every(({ ended_at, left_at }) => ended_at !== null && left_at !== null)).toBe(true);
      expect(await disordered()).toEqual([]);
    }
  });

  it('ends a call that no node vouches for with times in order, though reported by a fast clock', async () => {
    const node = new Node(server);
    node.offset = HOUR_MS;
    const call = node.ledger.newCall('signaling');
    node.ledger.rang(call, ala, bob);
    node.ledger.answered(call);
    node.ledger.joined(call, ala);
    await node.ledger.flush();
    await server.dataSource.query(`UPDATE calls SET lease_until = now() - interval '1 second'`);
    await new Node(server).ledger.renew();
    expect(await rows()).toMatchObject([{ ended_at: expect.any(Date) }, { ended_at: expect.any(Date) }]);
    expect(await disordered()).toEqual([]);
    // A node that still knows the call revives it unchanged.
    await node.ledger.renew();
    expect(await rows()).toMatchObject([
      { ended_at: null, left_at: null },
      { ended_at: null, left_at: null },
    ]);
  });

  it('ends a call nobody vouches for whose lease began before the database’s clock stepped back', async () => {
    const node = new Node(server);
    const call = node.ledger.newCall('signaling');
    node.ledger.rang(call, ala, bob);
    await node.ledger.flush();
    await server.dataSource.query(`UPDATE calls SET lease_until = now() + interval '1 hour'`);
    const before = Date.now();
    await new Node(server).ledger.renew();
    const [row] = await rows();
    expect(Math.abs((row?.ended_at?.getTime() ?? 0) - before)).toBeLessThan(HOUR_MS / 2);
  });

  it('removes only what is also old by the database’s clock', async () => {
    await server.dataSource.query(
      `INSERT INTO calls (key, protocol, started_at, ended_at, outcome, lease_until)
       SELECT 'ended ' || days, 'signaling', now() - interval '90 days', now() - make_interval(days => days), 'completed', now()
       FROM unnest(ARRAY[29, 31]) AS days`,
    );
    const retention = server.app.get(CallRetention, { strict: false });
    Reflect.set(retention, 'clock', { date: () => new Date(Date.now() + 400 * 24 * HOUR_MS) });
    await retention.sweep();
    expect(await server.dataSource.query('SELECT key FROM calls')).toEqual([{ key: 'ended 29' }]);
  });
});
