import { beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MS, LivenessView, type Place } from './liveness-view.js';
import { type Beat } from '../status/node-status.js';

const beat = (incarnation: string, age: number, mark: string): Beat => ({
  incarnation,
  age,
  mark,
  status: {
    incarnation,
    name: incarnation,
    url: 'http://localhost',
    version: '1',
    state: 'ready',
    load: 0,
    connections: {},
    startedAt: 0,
    away: [],
    busAge: 0,
  },
});

describe('LivenessView', () => {
  let view: LivenessView;
  let now: number;
  /** When each node last left its heartbeat in each place. */
  let beats: Record<Place, Record<string, number>>;
  /** How far the clock of each place has stepped since its heartbeats were left; reset by the next look. */
  let steps: Record<Place, number>;

  beforeEach(() => {
    view = new LivenessView();
    now = 100_000;
    beats = { database: {}, board: {} };
    steps = { database: 0, board: 0 };
  });

  /** Lets time pass, looking every two seconds. */
  const watch = (
    seconds: number,
    beating: Partial<Record<Place, string[]>>,
    places: Place[] = ['database', 'board'],
  ) => {
    for (let passed = 0; passed < seconds; passed += 2) {
      now += 2_000;
      for (const place of places) {
        for (const name of beating[place] ?? []) beats[place][name] = now;
        view.looked(
          place,
          now,
          Object.entries(beats[place]).map(([name, at]) => beat(name, now - at + steps[place], String(at))),
        );
      }
    }
  };
  const dead = () => view.dead(now).map(({ name }) => name);
  const live = () => view.live(now).map(({ status }) => status.name);

  it('knows who is alive from the first look, but declares nobody dead before it has watched for a lease', () => {
    beats = { database: { a: now, ghost: 0 }, board: { ghost: 0 } };
    watch(2, { database: ['a'] });
    expect(live()).toEqual(['a']);
    expect(dead()).toEqual([]);
    watch(8, { database: ['a'] });
    expect(dead()).toEqual([]);
    watch(2, { database: ['a'] });
    expect([live(), dead()]).toEqual([['a'], ['ghost']]);
  });

  it('declares a node dead that is silent in both places, within eleven seconds', () => {
    watch(10, { database: ['a', 'b'], board: ['a', 'b'] });
    watch(8, { database: ['a'], board: ['a'] });
    expect([live(), dead()]).toEqual([['a', 'b'], []]);
    watch(2, { database: ['a'], board: ['a'] });
    expect([live(), dead()]).toEqual([['a'], ['b']]);
  });

  it('reports a dead node once if another node has already removed it, and none that said goodbye', () => {
    const reaped = () => view.takeReaped().map(({ status }) => status.incarnation);
    watch(10, { database: ['a', 'b', 'c'] });
    beats = { ...beats, database: { a: now, b: now } };
    watch(8, { database: ['a'] });
    expect(reaped()).toEqual([]);
    beats = { ...beats, database: { a: now } };
    watch(1, { database: ['a'] });
    expect([reaped(), reaped()]).toEqual([['b'], []]);
  });

  it.each([['database'], ['board']] as const)('spares a node that is heard only in the %s', (place) => {
    watch(10, { database: ['a'], board: ['a'] });
    watch(60, { [place]: ['a'] });
    expect([live(), dead()]).toEqual([['a'], []]);
  });

  it('relies on the other place if one is away', () => {
    watch(10, { database: ['a', 'b'], board: ['a', 'b'] });
    view.failed('board');
    watch(12, { database: ['a'] }, ['database']);
    expect(dead()).toEqual(['b']);
  });

  it('spares a node that is heard in a place that has just come back', () => {
    watch(10, { database: ['a'], board: ['a', 'b'] });
    view.failed('board');
    watch(4, { database: ['a'] }, ['database']);
    watch(2, { database: ['a'], board: ['a', 'b'] });
    expect(dead()).toEqual([]);
    watch(20, { database: ['a'], board: ['a', 'b'] });
    expect(dead()).toEqual([]);
  });

  it('declares nobody dead after both places were away, before it has watched for a lease again', () => {
    watch(10, { database: ['a'], board: ['a'] });
    view.failed('board');
    view.failed('database');
    now += 60_000;
    watch(8, {});
    expect(dead()).toEqual([]);
    watch(4, {});
    expect(dead()).toEqual(['a']);
  });

  it('declares nobody dead because it was suspended itself', () => {
    watch(10, { database: ['a'], board: ['a'] });
    now += LEASE_MS * 3;
    watch(2, {});
    expect(dead()).toEqual([]);
  });

  it('spares a node that one place has forgotten', () => {
    watch(10, { database: ['a'], board: ['a'] });
    beats.board = {};
    watch(20, { database: ['a'] });
    expect(dead()).toEqual([]);
  });

  it('forgets a node that removed its own heartbeats', () => {
    watch(10, { database: ['a'], board: ['a'] });
    beats = { database: {}, board: {} };
    watch(2, {});
    expect([live(), dead()]).toEqual([[], []]);
  });

  it.each([['forward', 3_600_000] as const, ['back', -3_600_000] as const])(
    'declares exactly the dead nodes dead if the clocks of both places step %s',
    (_name, step) => {
      watch(12, { database: ['a', 'b'], board: ['a', 'b'] });
      steps = { database: step, board: step };
      watch(2, {});
      expect([live(), dead()]).toEqual([['a', 'b'], []]);
      watch(4, { database: ['a'], board: ['a'] });
      expect(dead()).toEqual([]);
      watch(4, { database: ['a'], board: ['a'] });
      expect([live(), dead()]).toEqual([['a'], ['b']]);
    },
  );
});
