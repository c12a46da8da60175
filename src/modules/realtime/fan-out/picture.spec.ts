import { describe, expect, it } from 'vitest';
import { type HubEvent } from '../hub-event.js';
import { type Change, type MissedChange, Picture } from './picture.js';

interface Said extends HubEvent {
  readonly changes: readonly Change<string>[];
}
const said = (...changes: Change<string>[]): Said => ({ type: 'said', changes });
const clock = () => 0;

/** A picture of the current state, with a record of what it has reported. */
function scene(...there: [string, string][]) {
  const state = { there: new Map<string, string | undefined>(there), meanwhile: (): void => undefined };
  const told: MissedChange<string>[] = [];
  const picture = new Picture<string>({
    read: async () => {
      const read = [...state.there];
      await Promise.resolve();
      state.meanwhile();
      return read;
    },
    changes: (event) => (event as Said).changes,
    tell: (missed) => told.push(...missed),
  });
  return { picture, state, told };
}

describe('Picture', () => {
  it('reports the difference from what was reported, once, except what its listeners found themselves', async () => {
    const { picture, state, told } = scene(['a', '1'], ['b', '1']);
    expect(picture.complete).toBe(false);
    await picture.look(clock);
    expect(told).toEqual([]);
    picture.hear(said(['c', '1']), 0);
    state.there = new Map([
      ['b', '2'],
      ['d', '1'],
    ]);
    await picture.look(clock);
    await picture.look(clock);
    expect(told).toEqual([
      { id: 'a', before: '1', now: undefined },
      { id: 'c', before: '1', now: undefined },
      { id: 'b', before: '1', now: '2' },
      { id: 'd', before: undefined, now: '1' },
    ]);
  });

  it('trusts an event over a read that was under way when it came', async () => {
    const { picture, state, told } = scene(['a', '1']);
    await picture.look(clock);
    state.meanwhile = () => {
      picture.hear(said(['a', undefined], ['b', '1']), 0);
    };
    await picture.look(clock);
    expect(told).toEqual([]);
    expect([...picture.told]).toEqual([['b', '1']]);
  });

  it('passes on every event except those that repeat what was reported', async () => {
    const { picture, state } = scene();
    await picture.look(clock);
    state.there.set('a', '1');
    await picture.look(clock);
    expect(picture.hear(said(), 0)).toBe(true);
    expect(picture.hear(said(['a', '1']), 0)).toBe(false);
    expect(picture.hear(said(['a', '1']), 0)).toBe(true);
    state.there.clear();
    await picture.look(clock);
    expect(picture.hear(said(['a', undefined]), 60_000)).toBe(true);
  });

  it('leaves out what has not been reported yet, and says that it has to look again', async () => {
    const { picture, state, told } = scene();
    await picture.look(clock);
    state.there.set('a', undefined);
    expect(await picture.look(clock)).toBe(true);
    expect(told).toEqual([]);
    state.there.set('a', '1');
    expect(await picture.look(clock)).toBe(false);
    expect(told).toEqual([{ id: 'a', before: undefined, now: '1' }]);
  });
});
