import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../../src/common/time/clock.js';
import { CallLedger } from '../../src/modules/calls/call-ledger.service.js';
import { CallLedgerRepository } from '../../src/modules/calls/call-ledger.repository.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

class ManualClock extends Clock {
  time = Date.parse('2026-01-01T12:00:00Z');
  now(): number {
    return this.time;
  }
}

const at = (seconds: number): string => new Date(Date.parse('2026-01-01T12:00:00Z') + seconds * 1_000).toISOString();

describe('the call ledger', () => {
  let server: RunningApp;
  let api: Api;
  let admin: string;
  let clock: ManualClock;
  /** Two nodes. */
  let here: CallLedger;
  let there: CallLedger;
  beforeAll(async () => {
    server = await startApp(ADMIN_ENV);
    api = apiOf(server);
    admin = (await signIn(api, ADMIN.email, ADMIN.password)).accessToken;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    clock = new ManualClock();
    const theirs = { clock: () => Promise.resolve(clock.time) };
    const repository = Object.assign(new CallLedgerRepository(server.dataSource), theirs);
    const monotonic = { elapsed: () => clock.time };
    here = new CallLedger(repository, clock, monotonic);
    there = new CallLedger(repository, clock, monotonic);
  });

  const list = async (query = '', token = admin) => (await api('GET', `calls${query}`, { token })).body.items;
  /** Newest first. */
  const last = async () => (await list('?limit=1'))[0];
  const lapse = async (key: string): Promise<void> => {
    await server.dataSource.query(`UPDATE calls SET lease_until = now() - interval '1 s' WHERE key = $1`, [key]);
  };
  const ala = { sid: 'A', name: 'Ala' };
  const bob = { sid: 'B', name: 'Bob' };

  it('records a call from ringing to its end', async () => {
    const call = here.newCall('signaling');
    here.rang(call, ala, bob);
    await here.flush();
    const rung = { name: 'Ala', joinedAt: null, leftAt: null, muted: false, videoOff: false };
    expect(await last()).toEqual({
      id: expect.any(Number),
      protocol: 'signaling',
      callId: null,
      state: 'ringing',
      outcome: null,
      reason: null,
      participants: [
        { sid: 'A', ...rung },
        { sid: 'B', ...rung, name: 'Bob' },
      ],
      startedAt: at(0),
      answeredAt: null,
      endedAt: null,
      endedBy: null,
    });
    clock.time += 2_000;
    here.answered(call);
    here.joined(call, ala);
    here.joined(call, bob);
    here.changed(call, 'B', { muted: true });
    await here.flush();
    expect(await last()).toMatchObject({ state: 'live', answeredAt: at(2), participants: [{}, { muted: true }] });
    clock.time += 3_000;
    here.changed(call, 'B', { muted: false, videoOff: true });
    here.left(call, 'B');
    here.ended(call, 'completed', 'B');
    await here.flush();
    expect(await last()).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      participants: [
        { sid: 'A', joinedAt: at(2), leftAt: at(5) },
        { sid: 'B', joinedAt: at(2), leftAt: at(5), muted: false, videoOff: true },
      ],
      endedAt: at(5),
      endedBy: 'B',
    });
  });

  it('merges the reports of two nodes, whichever writes first', async () => {
    const call = here.newCall('omikron');
    here.rang(call, ala, bob);
    clock.time += 1_000;
    there.answered(call);
    there.joined(call, bob);
    here.joined(call, ala);
    clock.time += 1_000;
    there.left(call, 'B');
    there.ended(call, 'completed', 'B');
    await there.flush();
    here.left(call, 'A');
    here.ended(call, 'failed', 'A');
    await here.flush();
    expect(await last()).toMatchObject({
      protocol: 'omikron',
      state: 'ended',
      outcome: 'completed',
      startedAt: at(0),
      answeredAt: at(1),
      endedBy: 'B',
    });
    expect((await last()).participants).toHaveLength(2);
    expect((await last()).participants.map(({ name, leftAt }: Record<string, string>) => [name, leftAt])).toEqual(
      expect.arrayContaining([
        ['Ala', at(2)],
        ['Bob', at(2)],
      ]),
    );
  });

  it('knows who left, whichever of two nodes writes first', async () => {
    const call = here.newCall('signaling');
    for (const party of [ala, bob, { sid: 'C', name: 'Cyd' }]) here.joinedElsewhere(call, party);
    here.answered(call);
    clock.time += 1_000;
    there.left(call, 'A');
    await there.flush();
    await here.flush();
    expect((await last()).participants.map(({ leftAt }: Record<string, string>) => leftAt)).toEqual([
      at(1),
      null,
      null,
    ]);
    clock.time += 1_000;
    there.joined(call, ala);
    await there.flush();
    expect((await last()).participants[0]).toMatchObject({ joinedAt: at(0), leftAt: null });
    there.ended(call, 'completed');
    await there.flush();
  });

  it('lets a participant come back, and ends the calls of a node that is gone as failed', async () => {
    const call = here.newCall('signaling');
    here.joined(call, ala);
    here.joined(call, bob);
    here.answered(call);
    here.left(call, 'B');
    await here.flush();
    here.joined(call, bob);
    await here.flush();
    expect((await last()).participants[1]).toMatchObject({ leftAt: null });
    await lapse(call.key);
    await there.renew();
    expect(await last()).toMatchObject({ state: 'ended', outcome: 'failed', endedBy: null });
    expect((await last()).participants[1].leftAt).not.toBeNull();
    // The node was only slow.
    await here.renew();
    expect(await last()).toMatchObject({
      state: 'live',
      outcome: null,
      endedAt: null,
      participants: [{}, { leftAt: null }],
    });
    await there.renew();
    expect(await last()).toMatchObject({ state: 'live' });
    here.ended(call, 'completed', 'A');
    await here.flush();
    await lapse(call.key);
    await there.renew();
    expect(await last()).toMatchObject({ outcome: 'completed', endedBy: 'A' });
  });

  it('accepts an end that is reported after the lease has expired', async () => {
    const call = here.newCall('signaling');
    here.rang(call, ala, bob);
    await here.flush();
    await lapse(call.key);
    await there.renew();
    here.ended(call, 'declined', 'B');
    await here.flush();
    expect(await last()).toMatchObject({ outcome: 'declined', endedBy: 'B' });
  });

  it('shows users only their own calls, and filters', async () => {
    const { accessToken, user } = await newUser(api);
    const other = await newUser(api);
    const mine = here.newCall('omikron');
    here.rang(mine, { ...ala, userId: user.id }, bob);
    const foreign = here.newCall('omikron');
    here.rang(foreign, { ...ala, userId: other.user.id }, { ...bob, userId: 2_000_000_000 });
    await here.flush();
    const [own, ...more] = await list('', accessToken);
    expect(more).toEqual([]);
    expect(own.participants).toEqual([
      expect.objectContaining({ sid: 'A', userId: user.id }),
      expect.not.objectContaining({ userId: expect.anything() }),
    ]);
    const path = `calls/${own.id}`;
    expect((await api('GET', path, { token: accessToken })).body).toEqual(own);
    expect((await api('GET', path, { token: other.accessToken })).status).toBe(404);
    expect((await api('GET', path, { token: admin })).status).toBe(200);
    expect((await api('GET', path)).status).toBe(401);
    const states = async (query: string) =>
      new Set((await list(query)).map(({ state, protocol }: Record<string, string>) => `${state} ${protocol}`));
    expect(await states('?state=ringing&protocol=omikron')).toEqual(new Set(['ringing omikron']));
    expect(await states('?state=ended')).toEqual(new Set(['ended signaling', 'ended omikron']));
    expect((await api('GET', 'calls?state=dead', { token: admin })).status).toBe(422);
    expect((await api('GET', 'calls/0', { token: admin })).status).toBe(404);
  });
});
