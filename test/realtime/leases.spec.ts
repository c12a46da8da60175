import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { storeKey } from '../../src/modules/realtime/ports/store-key.js';
import { type Lease } from '../../src/modules/realtime/resilience/lease.js';
import { Leases } from '../../src/modules/realtime/resilience/leases.service.js';
import { ManualTime } from '../support/manual-time.js';
import { describePorts, eventually, type TestNode } from './node.js';

const KEY = storeKey<string>('test', 'lease');
const OTHER = storeKey<string>('test', 'other');
/** How long a dead holder is remembered at most. */
const LIFE_MS = 10_000;

describePorts('Leases', ({ start }) => {
  let node: TestNode;
  let time: ManualTime;
  /** Two nodes on one store. */
  let here: Leases;
  let there: Leases;

  beforeEach(async () => {
    node = await start();
    time = new ManualTime();
    here = new Leases(node.store, time, time);
    there = new Leases(node.store, time, time);
  });
  afterEach(() => node.close());

  const taken = async (leases = here, lost?: () => void): Promise<Lease> => {
    const lease = await leases.wait(KEY, lost);
    if (lease === undefined) throw new Error('it could not be had');
    return lease;
  };
  /** Lets waiting callers look again, as often as needed. */
  const passUntil = async (isSo: () => boolean): Promise<void> => {
    await eventually(async () => {
      await time.passes(500);
      // Earlier requests are answered first.
      await node.store.get(KEY);
      return isSo();
    }, 20_000);
  };

  it('lets one at a time work, on one node and on several, without losing a turn', async () => {
    let [atWork, most, done] = [0, 0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++atWork);
      await node.store.get(OTHER);
      atWork--;
      done++;
    };
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? here : there).run(KEY, work)));
    await passUntil(() => done === 20);
    await all;
    expect(most).toBe(1);
    expect(await node.store.get(KEY)).toBeUndefined();
  });

  it('wakes a waiter on the same node at once, without polling', async () => {
    const lease = await taken();
    const waits = here.run(KEY, () => Promise.resolve('had it'));
    await node.store.get(OTHER);
    await lease.release();
    // No time passes.
    expect(await waits).toBe('had it');
  });

  it('releases the lease if the work fails, and lets other work run in parallel', async () => {
    await expect(here.run(KEY, () => Promise.reject(new Error('a fault')))).rejects.toThrow('a fault');
    expect(await here.run(KEY, () => there.run(OTHER, () => Promise.resolve('both')))).toBe('both');
  });

  it('skips work that somebody else is doing', async () => {
    const work = vi.fn(() => Promise.resolve());
    const lease = await taken();
    await there.runIfFree(KEY, work);
    expect(work).not.toHaveBeenCalled();
    await lease.release();
    await there.runIfFree(KEY, work);
    expect(work).toHaveBeenCalledOnce();
  });

  it('refuses a waiter after longer than a dead holder is remembered, and names the current holder', async () => {
    const lease = await taken();
    const busy = vi.fn();
    let outcome: unknown;
    void there.wait(KEY, undefined, busy).then((waited) => (outcome = [waited]));
    let refused = false;
    const refusal = expect(there.run(KEY, () => Promise.resolve())).rejects.toMatchObject({ kind: 'unavailable' });
    void refusal.then(() => (refused = true));
    await passUntil(() => outcome !== undefined && refused);
    expect(outcome).toEqual([undefined]);
    expect(busy).toHaveBeenCalled();
    expect(lease.held).toBe(true);
  });

  it('renews a lease for as long as it is held', async () => {
    const replace = vi.spyOn(node.store, 'replace');
    const lost = vi.fn();
    const lease = await taken(here, lost);
    for (let seconds = 0; seconds < 60; seconds += 3) {
      const before = replace.mock.results.length;
      await time.passes(3_000);
      await eventually(() => replace.mock.results.length > before);
      await replace.mock.results.at(-1)?.value;
      expect(lease.held).toBe(true);
    }
    expect(lost).not.toHaveBeenCalled();
    await lease.release();
    const { length } = replace.mock.results;
    await time.passes(60_000);
    expect(replace.mock.results).toHaveLength(length);
  });

  it('keeps a suspended holder from writing after the next one', async () => {
    const written: string[] = [];
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const slow = here.run(KEY, async (lease) => {
      await asleep;
      lease.demand();
      written.push('slow');
    });
    const refused = expect(slow).rejects.toMatchObject({ kind: 'unavailable' });
    await eventually(async () => (await node.store.get(KEY)) !== undefined);
    // It also expires in the store.
    time.sleeps(LIFE_MS);
    await node.store.take(KEY);
    await there.run(KEY, (lease) => {
      lease.demand();
      written.push('next');
      return Promise.resolve();
    });
    wake();
    await refused;
    expect(written).toEqual(['next']);
  });

  it('tells a holder once that it has lost the lease, and leaves it to the next one', async () => {
    const lost = vi.fn();
    const lease = await taken(here, lost);
    await node.store.take(KEY);
    const next = await taken(there);
    await time.passes(3_000);
    await eventually(() => lost.mock.calls.length > 0);
    expect([lease.held, next.held]).toEqual([false, true]);
    await time.passes(LIFE_MS);
    await lease.release();
    expect(lost).toHaveBeenCalledOnce();
    expect(await node.store.get(KEY)).toBeDefined();
  });

  it('counts as lost before another may get it, if it cannot be renewed', async () => {
    const lost = vi.fn();
    const lease = await taken(here, lost);
    vi.spyOn(node.store, 'replace').mockRejectedValue(new Error('away'));
    await time.passes(6_000);
    expect(lease.held).toBe(true);
    time.sleeps(LIFE_MS - 6_000 - 1);
    expect(lease.held).toBe(false);
    await time.passes(1_000);
    await eventually(() => lost.mock.calls.length > 0);
  });

  it('does not stay with a caller that got no answer', async () => {
    const claim = node.store.claim.bind(node.store) as (...args: unknown[]) => Promise<boolean>;
    vi.spyOn(node.store, 'claim').mockImplementationOnce(async (...args: unknown[]) => {
      await claim(...args);
      throw new Error('lost on its way');
    });
    await expect(here.run(KEY, () => Promise.resolve())).rejects.toThrow('lost on its way');
    expect(await there.run(KEY, () => Promise.resolve('free'))).toBe('free');
  });
});
