import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Presence } from '../../src/modules/realtime/ports/presence.js';
import { PresenceKind } from '../../src/modules/realtime/ports/presence-set.js';
import { describePorts, type TestNode } from './node.js';

const KIND = new PresenceKind('test');
const A = KIND.of('a');
const B = KIND.of('b');

describePorts('Presence', ({ start }) => {
  let node: TestNode;
  let presence: Presence;

  beforeEach(async () => {
    node = await start();
    ({ presence } = node);
  });
  afterEach(() => node.close());

  it('starts with empty sets', async () => {
    expect(await presence.list(A)).toEqual([]);
    expect(await presence.count(A)).toBe(0);
    expect(await presence.get(A, 'x')).toBeUndefined();
    expect(await presence.leave(A, 'x')).toBeUndefined();
    expect(await presence.update(A, { id: 'x', data: 1 })).toBe(false);
    expect(await presence.count(A)).toBe(0);
  });

  it('lists members in the order they came, with their data', async () => {
    const data = { name: 'Ω\u0000"', nested: [1, null, { a: true }] };
    for (const id of ['z', 'a', 'm', '10', '2']) expect(await presence.enter(A, { id, data })).toBe(true);
    expect(await presence.list(A)).toEqual(['z', 'a', 'm', '10', '2'].map((id) => ({ id, data })));
    expect(await presence.count(A)).toBe(5);
    expect(await presence.get(A, 'm')).toEqual({ id: 'm', data });
  });

  it('accepts an id once: of many who enter with it at the same time, one succeeds', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => presence.enter(A, { id: 'x', data: n })));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await presence.get(A, 'x')).toEqual({ id: 'x', data: outcomes.indexOf(true) });
  });

  it('keeps channels apart', async () => {
    await presence.enter(A, { id: 'x', data: 'a' });
    expect(await presence.enter(B, { id: 'x', data: 'b' })).toBe(true);
    await presence.leave(A, 'x');
    expect(await presence.get(B, 'x')).toEqual({ id: 'x', data: 'b' });
  });

  it('updates the data of a present member, in its position', async () => {
    await presence.enter(A, { id: 'x', data: 1 });
    await presence.enter(A, { id: 'y', data: 1 });
    expect(await presence.update(A, { id: 'x', data: 2 })).toBe(true);
    expect(await presence.list(A)).toEqual([
      { id: 'x', data: 2 },
      { id: 'y', data: 1 },
    ]);
  });

  it('tells exactly one of the callers that remove a member that it did', async () => {
    await presence.enter(A, { id: 'x', data: 'd' });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => presence.leave(A, 'x')));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([{ id: 'x', data: 'd' }]);
    expect(await presence.enter(A, { id: 'x', data: 'e' })).toBe(true);
  });
});
