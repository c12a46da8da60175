import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopTurns } from './loop-turns.js';

describe('LoopTurns', () => {
  let now = 0;
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Keeps the thread busy. */
  const work = (ms: number) => {
    now += ms;
  };

  it('spreads a lot of work over several turns, in order, and writes at the end of each', async () => {
    const turns = new LoopTurns();
    const done: string[] = [];
    const written = {
      runTurn: () => {
        done.push('write');
      },
    };
    for (let task = 0; task < 3; task++) {
      turns.resumeNextTurn({
        runTurn: () => {
          work(7);
          done.push(`task ${task}`);
          turns.flushThisTurn(written);
        },
      });
    }
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(done).toEqual(['task 0', 'write', 'task 1', 'write', 'task 2', 'write']);
  });

  it('does the little work of many in one turn', async () => {
    const turns = new LoopTurns();
    const done: number[] = [];
    for (let task = 0; task < 10; task++) {
      turns.resumeNextTurn({
        runTurn: () => {
          done.push(turns.current);
        },
      });
    }
    await nextTurn();
    await nextTurn();
    expect(done).toHaveLength(10);
  });

  it('now and then times a turn that writes, from its first frame to its last write', async () => {
    const times: number[] = [];
    const turns = new LoopTurns((ms) => times.push(ms));
    const turn = async (ms: number, writes: boolean): Promise<void> => {
      turns.touch();
      work(ms);
      if (writes) turns.flushThisTurn({ runTurn: () => undefined });
      await nextTurn();
    };
    await turn(5, false);
    await turn(20, true);
    expect(times).toEqual([20]);
    // Too soon after the last one.
    await turn(0, true);
    expect(times).toHaveLength(1);
    // The turn in which timing becomes due is not the one that is timed: that would more often be a long one.
    await turn(60, true);
    expect(times).toHaveLength(1);
    await turn(0, true);
    expect(times).toEqual([20, 0]);
  });
});
