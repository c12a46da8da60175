import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

describe('FairQueue', () => {
  it('takes turns between owners, one task at a time', async () => {
    const queue = new FairQueue<string>();
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const add = (owner: string, name: string) => {
      queue.add(owner, async () => {
        log.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
      });
    };
    for (const name of ['a1', 'a2', 'a3']) add('a', name);
    for (const name of ['b1', 'b2']) add('b', name);
    const steps = 5;
    for (let step = 0; step < steps; step++) {
      expect(log).toHaveLength(step + 1);
      ends.shift()?.();
      await new Promise(setImmediate);
    }
    expect(log).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
    add('c', 'c1');
    expect(log.at(-1)).toBe('c1');
  });

  it('drops waiting tasks and ends running ones when it is stopped', async () => {
    const queue = new FairQueue<number>();
    const log: string[] = [];
    let end: (() => void) | undefined;
    queue.add(1, async () => {
      await new Promise<void>((resolve) => (end = resolve));
      log.push('ended');
    });
    queue.add(1, () => Promise.resolve(void log.push('never')));
    const stopped = queue.stop();
    end?.();
    await stopped;
    expect(log).toEqual(['ended']);
  });
});
