import { beforeEach, describe, expect, it } from 'vitest';
import { BusJudge } from './bus-judge.js';
import { type Heard } from './liveness-view.js';

describe('BusJudge', () => {
  let judge: BusJudge;
  let now: number;
  beforeEach(() => {
    judge = new BusJudge();
    now = 50_000;
  });

  /** Another node, which heard the bus `busAge` milliseconds ago. */
  const other = (busAge: number | null, state: 'ready' | 'deaf' = 'ready'): Heard => ({
    at: now,
    status: {
      incarnation: 'b',
      name: 'b',
      url: '',
      version: '',
      state,
      load: 0,
      connections: {},
      startedAt: 0,
      away: [],
      busAge,
    },
  });

  /** Lets seconds pass; @returns the verdict at the end. */
  const pass = (
    seconds: number,
    { connected = true, echo = true, answer = true, others = (): Heard[] => [] } = {},
  ): string => {
    let verdict = '';
    for (let n = 0; n < seconds; n++) {
      now += 1_000;
      if (echo) judge.echoed(now);
      if (answer) judge.answered(now);
      verdict = judge.judge(now, connected, others());
    }
    return verdict;
  };

  it('is satisfied with its own echo if it is alone', () => {
    expect(pass(30, { answer: false })).toBe('ok');
  });

  it('is deaf if its echo is missing while the connection seems up, until the echo returns', () => {
    expect(pass(3)).toBe('ok');
    expect(pass(4, { echo: false })).toBe('ok');
    expect(pass(1, { echo: false })).toBe('deaf');
    expect(pass(1)).toBe('ok');
  });

  it('is deaf if it hears itself but none of the others that hear the bus', () => {
    const others = () => [other(500)];
    expect(pass(10, { others })).toBe('ok');
    expect(pass(7, { others, answer: false })).toBe('ok');
    expect(pass(1, { others, answer: false })).toBe('deaf');
    expect(pass(5, { others, answer: false })).toBe('deaf');
    expect(pass(1, { others })).toBe('ok');
  });

  it('ignores the silence of a node that is deaf itself', () => {
    pass(10, { others: () => [other(500)] });
    const deafSince = now;
    expect(pass(5, { answer: false, others: () => [other(now - deafSince)] })).toBe('ok');
    expect(pass(30, { answer: false, others: () => [other(now - deafSince, 'deaf')] })).toBe('ok');
  });

  it('reports the bus as away if nobody has it', () => {
    pass(10, { others: () => [other(500)] });
    const lost = now;
    const down = { connected: false, echo: false, answer: false, others: () => [other(now - lost)] };
    expect(pass(1, down)).toBe('away');
    expect(pass(60, down)).toBe('away');
    expect(pass(1, { others: () => [other(0)] })).toBe('away');
    expect(pass(1, { others: () => [other(0)] })).toBe('ok');
  });

  it('is deaf if only its own connection is down', () => {
    pass(10, { others: () => [other(500)] });
    const down = { connected: false, echo: false, answer: false, others: () => [other(500)] };
    expect(pass(4, down)).toBe('away');
    expect(pass(3, down)).toBe('deaf');
    expect(pass(60, down)).toBe('deaf');
    pass(1, { others: () => [other(500)] });
    expect(pass(1, { others: () => [other(500)] })).toBe('ok');
  });

  it('is not deaf after being suspended', () => {
    pass(10, { others: () => [other(500)] });
    now += 60_000;
    expect(pass(1, { echo: false, answer: false, others: () => [other(500)] })).toBe('ok');
    expect(pass(3, { others: () => [other(500)] })).toBe('ok');
  });

  it('does not count an echo while the connection is down', () => {
    pass(3);
    pass(6, { connected: false });
    expect(pass(1, { connected: true, echo: false })).toBe('away');
  });
});
