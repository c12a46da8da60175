import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../common/time/clock.js';
import { type CallChange } from './call-changes.js';
import { CallLedger } from './call-ledger.service.js';
import { type CallLedgerRepository } from './call-ledger.repository.js';

class ManualClock extends Clock {
  time = 1_000;
  /** How far the wall clock has stepped. */
  stepped = 0;
  now(): number {
    return this.time + this.stepped;
  }
  get elapsed(): number {
    return this.time;
  }
}

/** Records what is written; `away` and `poison` make it fail. */
class FakeRepository {
  readonly written: CallChange[][] = [];
  renewed: readonly string[] = [];
  away = false;
  poison = '';
  live: (key: string) => boolean = () => true;
  sweeps = 0;

  write(changes: readonly CallChange[]): Promise<void> {
    if (this.away) return Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    if (changes.some(({ key }) => key === this.poison)) return Promise.reject(new Error('bad text'));
    this.written.push(structuredClone([...changes]));
    return Promise.resolve();
  }

  renew(keys: readonly string[]): Promise<string[]> {
    if (this.away) return Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    this.renewed = keys;
    return Promise.resolve(keys.filter((key) => this.live(key)));
  }

  /** The database's time. */
  time = (): number => 0;
  clock(): Promise<number> {
    return Promise.resolve(this.time());
  }

  endLapsed(): Promise<void> {
    this.sweeps++;
    return Promise.resolve();
  }
}

function newLedger() {
  const repository = new FakeRepository();
  const clock = new ManualClock();
  repository.time = () => clock.time;
  const ledger = new CallLedger(repository as unknown as CallLedgerRepository, clock, { elapsed: () => clock.elapsed });
  return { ledger, repository, clock, call: ledger.newCall('signaling') };
}

const ala = { sid: 'A', name: 'Ala', userId: 7 };
const bob = { sid: 'B', name: 'Bob' };

describe('CallLedger', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(new Logger());
  });

  it('combines several changes of a call into one write', async () => {
    const { ledger, repository, clock, call } = newLedger();
    ledger.rang(call, ala, bob);
    clock.time = 2_000;
    ledger.answered(call);
    ledger.joined(call, ala);
    ledger.joined(call, bob);
    ledger.changed(call, 'B', { muted: true });
    clock.time = 3_000;
    ledger.left(call, 'A');
    ledger.ended(call, 'completed', 'A');
    ledger.ended(call, 'failed', 'B');
    await ledger.flush();
    expect(repository.written).toEqual([
      [
        {
          ...call,
          startedAt: 1_000,
          answeredAt: 2_000,
          endedAt: 3_000,
          outcome: 'completed',
          endedBy: 'A',
          parties: new Map([
            ['A', { name: 'Ala', userId: 7, joinedAt: 2_000, cameAt: 2_000, present: false, leftAt: 3_000 }],
            ['B', { name: 'Bob', joinedAt: 2_000, cameAt: 2_000, present: true, muted: true }],
          ]),
        },
      ],
    ]);
  });

  it.each([-3_600_000, 3_600_000])('times a call from its beginning if the wall clock steps by %i ms', async (step) => {
    const { ledger, repository, clock, call } = newLedger();
    ledger.rang(call, ala, bob);
    clock.time = 2_000;
    clock.stepped = step;
    ledger.answered(call);
    ledger.joined(call, ala);
    await ledger.flush();
    await ledger.renew();
    clock.time = 3_000;
    clock.stepped = -step;
    ledger.left(call, 'A');
    ledger.ended(call, 'completed', 'A');
    await ledger.flush();
    expect(repository.written.flat()).toMatchObject([
      { startedAt: 1_000, answeredAt: 2_000 },
      { startedAt: 3_000, endedAt: 3_000 },
    ]);
    expect(repository.written[1]?.[0]?.parties.get('A')).toMatchObject({ leftAt: 3_000 });
  });

  it.each([-3_600_000, 3_600_000])(
    'ends no calls of other nodes until a lease after the database’s clock stepped by %i ms',
    async (step) => {
      const { ledger, repository, clock } = newLedger();
      await ledger.renew();
      repository.time = () => clock.time + step;
      clock.time += 5_000;
      await ledger.renew();
      clock.time += 19_000;
      await ledger.renew();
      expect(repository.sweeps).toBe(1);
      clock.time += 1_000;
      await ledger.renew();
      expect(repository.sweeps).toBe(2);
    },
  );

  it('writes in the background, without anybody waiting', async () => {
    const { ledger, repository, call } = newLedger();
    ledger.rang(call, ala, bob);
    expect(repository.written).toEqual([]);
    await vi.waitFor(() => {
      expect(repository.written).toHaveLength(1);
    });
  });

  it('keeps what it could not write, in order, and writes it once the database is back', async () => {
    const { ledger, repository, clock, call } = newLedger();
    repository.away = true;
    ledger.rang(call, ala, bob);
    await ledger.flush();
    clock.time = 2_000;
    ledger.joined(call, { ...bob, name: 'Bobby' });
    ledger.ended(call, 'completed', 'B');
    await ledger.flush();
    repository.away = false;
    await ledger.flush();
    const [[written] = []] = repository.written;
    expect(written).toMatchObject({ startedAt: 1_000, endedAt: 2_000, outcome: 'completed', endedBy: 'B' });
    expect(written?.parties.get('B')).toEqual({ name: 'Bobby', joinedAt: 2_000, cameAt: 2_000, present: true });
  });

  it('still writes the other calls if one cannot be written', async () => {
    const { ledger, repository, call } = newLedger();
    const other = ledger.newCall('omikron');
    repository.poison = call.key;
    ledger.rang(call, ala, bob);
    ledger.rang(other, ala, bob);
    await ledger.flush();
    expect(repository.written.map((batch) => batch.map(({ key }) => key))).toEqual([[other.key]]);
  });

  it('stores what it can of names that the database would refuse', async () => {
    const { ledger, repository, call } = newLedger();
    ledger.joined(call, { sid: 'A', name: `a\u0000b\ud800${'👋'.repeat(200)}` });
    await ledger.flush();
    expect(repository.written[0]?.[0]?.parties.get('A')?.name).toBe(`ab\ufffd${'👋'.repeat(97)}`);
  });

  it('vouches for the calls of its own participants, and for no others', async () => {
    const { ledger, repository, call } = newLedger();
    const left = ledger.newCall('signaling');
    const ended = ledger.newCall('signaling');
    const elsewhere = ledger.newCall('signaling');
    ledger.joinedElsewhere(elsewhere, ala);
    const unknown = ledger.newCall('signaling');
    for (const each of [call, left, ended, unknown]) ledger.rang(each, ala, bob);
    ledger.left(left, 'A');
    ledger.ended(ended, 'declined', 'B');
    repository.live = (key) => key !== unknown.key;
    await ledger.renew();
    expect(repository.renewed).toEqual([call.key, unknown.key]);
    await ledger.renew();
    expect(repository.renewed).toEqual([call.key]);
  });

  it('ends no calls of other nodes until a lease after a database outage', async () => {
    const { ledger, repository, clock } = newLedger();
    await ledger.renew();
    expect(repository.sweeps).toBe(1);
    repository.away = true;
    ledger.rang(ledger.newCall('signaling'), ala, bob);
    await ledger.renew();
    repository.away = false;
    await ledger.renew();
    expect(repository.sweeps).toBe(1);
    clock.time += 60_000;
    await ledger.renew();
    expect(repository.sweeps).toBe(2);
  });

  it('writes the last changes of its sockets when the server stops', async () => {
    const { ledger, repository, call } = newLedger();
    ledger.rang(call, ala, bob);
    const stopped = ledger.onApplicationShutdown();
    setTimeout(() => {
      ledger.ended(call, 'cancelled', 'A');
    }, 50);
    await stopped;
    expect(repository.written.flat().at(-1)).toMatchObject({ outcome: 'cancelled', endedBy: 'A' });
  });
});
