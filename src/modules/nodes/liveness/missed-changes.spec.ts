import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnansweredWrites } from '../../database/unanswered-writes.js';
import { BusHealth } from '../../realtime/ports/bus-health.js';
import { type Broker } from '../../realtime/ports/broker.js';
import { type ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { type NodeBoard } from '../../realtime/ports/node-board.js';
import { type Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { type Heard } from './liveness-view.js';
import { type Liveness } from './liveness.service.js';
import { MissedChanges } from './missed-changes.service.js';

const DAY_MS = 86_400_000;

describe('MissedChanges', () => {
  let missed: MissedChanges;
  let health: BusHealth;
  let runs: number;
  let isComplete: boolean;
  /** Lets a running comparison finish. */
  let finish: (() => void) | undefined;
  let hangs: boolean;
  let others: Partial<Heard['status']>[];
  let gap: () => void;
  let asked: () => unknown;
  let told: string[];
  let unanswered: UnansweredWrites;

  beforeEach(() => {
    vi.useFakeTimers();
    [runs, isComplete, hangs, others, told] = [0, true, false, [], []];
    unanswered = new UnansweredWrites();
    health = new BusHealth();
    health.state = 'ok';
    const reconciliation: Pick<Reconciliation, 'run'> = {
      run: () => {
        runs++;
        if (!hangs) return Promise.resolve(isComplete);
        return new Promise((resolve) => {
          finish = () => {
            resolve(isComplete);
          };
        });
      },
    };
    const broker: Pick<Broker, 'onGap'> = { onGap: (listener) => (gap = listener) };
    const cluster: Pick<ClusterQuery, 'answer' | 'tell'> = {
      answer: (_topic, handler) => {
        asked = () => (handler as (question: null) => unknown)(null);
      },
      tell: (topic) => told.push(topic),
    };
    missed = new MissedChanges(
      reconciliation as Reconciliation,
      broker as Broker,
      { shared: true } as NodeBoard,
      health,
      { others: () => others.map((status) => ({ at: 0, status })) as Heard[] } as Liveness,
      cluster as ClusterQuery,
      unanswered,
    );
    missed.onApplicationBootstrap();
  });
  afterEach(async () => {
    finish?.();
    await missed.onApplicationShutdown();
    vi.useRealTimers();
  });

  it('compares nothing while all is well', async () => {
    others = [{ state: 'ready', busAge: 900 }];
    await vi.advanceTimersByTimeAsync(DAY_MS / 24);
    expect(runs).toBe(0);
  });

  it.each(['away', 'deaf'] as const)(
    'compares every five seconds while the bus is %s, and for a little longer',
    async (state) => {
      health.state = state;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(runs).toBe(1);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(runs).toBe(13);
      health.state = 'ok';
      await vi.advanceTimersByTimeAsync(60_000);
      expect(runs).toBe(14);
    },
  );

  it.each([
    { state: 'deaf', busAge: 0 },
    { state: 'degraded', busAge: 4_100 },
  ] as const)('compares while another node says nothing that could be heard: %j', async (status) => {
    others = [{ state: 'ready', busAge: 100 }, status];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(1);
  });

  it('compares at once when the bus is back, has the others do so, and repeats it for connections under admission', async () => {
    gap();
    expect([runs, told]).toEqual([1, ['nodes.missed']]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBe(2);
    asked();
    expect([runs, told.length]).toEqual([3, 1]);
  });

  it('runs one comparison at a time, and another one if asked meanwhile', async () => {
    hangs = true;
    gap();
    gap();
    asked();
    expect(runs).toBe(1);
    finish?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toBe(2);
    hangs = false;
    finish?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toBe(2);
  });

  it('compares soon after unanswered writes, once for several, and has the others do so', async () => {
    const gone = new Error('Connection terminated unexpectedly');
    unanswered.logQueryError(gone, ' SELECT 1');
    unanswered.logQueryError(gone, 'WITH found AS (SELECT 1) SELECT * FROM found');
    unanswered.logQueryError(Object.assign(new Error('no room'), { code: '53100' }), 'INSERT INTO rooms');
    unanswered.logQueryError(new Error('duplicate key value'), 'COMMIT');
    await vi.advanceTimersByTimeAsync(10_000);
    expect([runs, told]).toEqual([0, []]);
    for (const statement of ['COMMIT', 'DELETE FROM logins']) unanswered.logQueryError(gone, statement);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([runs, told]).toEqual([1, ['nodes.missed']]);
    unanswered.logQueryError(gone, 'COMMIT');
    await vi.advanceTimersByTimeAsync(4_000);
    expect([runs, told.length]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([runs, told.length]).toEqual([2, 2]);
  });

  it('continues until everything could be compared', async () => {
    isComplete = false;
    gap();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBe(13);
    isComplete = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBeLessThanOrEqual(15);
  });
});
