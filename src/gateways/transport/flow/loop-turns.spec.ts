import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LoopTurns } from './loop-turns.js';

/** Keeps the thread busy. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('LoopTurns', () => {
  it('spreads much work over several turns, in order, and writes at the end of each', async () => {
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

  it('does little work of many in one turn', async () => {
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
});
