import { describe, expect, it } from 'vitest';
import { MALFORMED_KINDS } from './peers/malformed.js';
import { Random } from './peers/random.js';
import { makeSchedule, SCENARIOS, type ScheduleOptions } from './schedule.js';

const OPTIONS: ScheduleOptions = {
  seed: 'a',
  durationMs: 20_000,
  clients: 60,
  rate: 100,
  urls: 3,
  pids: 2,
  scenarios: SCENARIOS,
};

describe('the schedule of a stress run', () => {
  it('is the same for the same seed, to the last step', () => {
    expect(makeSchedule(OPTIONS)).toEqual(makeSchedule({ ...OPTIONS }));
  });

  it('is the same as in earlier releases, on every machine', () => {
    expect(new Random('a').fraction()).toBe(0.09402046352624893);
    expect(makeSchedule(OPTIONS).digest).toBe('2bd0b3ed4a756268e2fe75764f9228fb6aded2276779565eed40b3c810772ee5');
  });

  it.each([
    { seed: 'b' },
    { durationMs: 21_000 },
    { clients: 61 },
    { rate: 101 },
    { urls: 2 },
    { pids: 1 },
    { scenarios: ['storms'] },
  ] as const)('is another one with %j, and so is its digest', (change) => {
    expect(makeSchedule({ ...OPTIONS, ...change }).digest).not.toBe(makeSchedule(OPTIONS).digest);
  });

  it('does not change one scenario when another is left out', () => {
    const drops = (scenarios: ScheduleOptions['scenarios']) =>
      makeSchedule({ ...OPTIONS, scenarios }).steps.filter((step) => step.do === 'drop');
    expect(drops(['storms'])).toEqual(drops(SCENARIOS));
  });

  it('is in order of time, and ends in time', () => {
    const at = makeSchedule(OPTIONS).steps.map((step) => step.at);
    expect(at).toEqual([...at].sort((one, other) => one - other));
    expect(at.at(-1)).toBeLessThanOrEqual(OPTIONS.durationMs);
  });

  it.each([4, 5, 60, 1_000])('gives every room a writer and a reader, with %i clients', (clients) => {
    const { rooms, writers, readers, steps } = makeSchedule({ ...OPTIONS, clients });
    for (const room of rooms.keys()) {
      expect(writers.some((writer) => writer.room === room)).toBe(true);
      expect(readers.some((reader) => reader.room === room)).toBe(true);
    }
    expect(writers.length + readers.length).toBe(clients);
    expect(new Set(rooms.map(({ durable }) => durable))).toEqual(new Set([true, false]));
    for (const step of steps) {
      if (step.do === 'say') expect(writers[step.writer]).toBeDefined();
      if (step.do === 'pause') expect(readers[step.reader]).toBeDefined();
    }
  });

  it('holds every kind of malformed frame', () => {
    const kinds = makeSchedule({ ...OPTIONS, durationMs: 1_000 }).steps.flatMap((step) =>
      step.do === 'malformed' ? [step.kind] : [],
    );
    expect(new Set(kinds)).toEqual(new Set(MALFORMED_KINDS));
  });

  it('ends each process once, and none if none is named', () => {
    const targets = (pids: number) =>
      makeSchedule({ ...OPTIONS, pids }).steps.flatMap((step) => (step.do === 'kill' ? [step.target] : []));
    expect(targets(3).sort()).toEqual([0, 1, 2]);
    expect(targets(0)).toEqual([]);
  });
});
