import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.js';

interface Item {
  readonly order: number;
  readonly name: string;
}

/** A database that commits each batch when the test says so. */
function setUp() {
  const batches: { names: string[]; commit: () => void }[] = [];
  const committed: string[] = [];
  const group = new GroupCommit<Item, string>({
    store: (batch) =>
      new Promise((resolve) => {
        const names = batch.map(({ name }) => name);
        batches.push({
          names,
          commit: () => {
            resolve(names);
          },
        });
      }),
    committed: (_item, name) => void committed.push(name),
    orderOf: ({ order }) => order,
    identifierOf: () => undefined,
    sizeOf: () => 1,
    batch: { items: 10, size: 10 },
    waiting: { crowded: 3, full: 5 },
  });
  return { group, batches, committed };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('GroupCommit', () => {
  it('never waits for the batch of another lane, and keeps each lane in order', async () => {
    const { group, batches, committed } = setUp();
    const all = [group.append({ order: 1, name: 'a1' }), group.append({ order: 2, name: 'b1' })];
    await turn();
    all.push(group.append({ order: 2, name: 'b2' }), group.append({ order: 1, name: 'a2' }));
    await turn();
    expect(batches.map(({ names }) => names)).toEqual([['a1'], ['b1']]);
    batches[1]!.commit();
    await turn();
    expect(committed).toEqual(['b1']);
    expect(batches.map(({ names }) => names)).toEqual([['a1'], ['b1'], ['b2']]);
    batches[2]!.commit();
    batches[0]!.commit();
    await turn();
    batches[3]!.commit();
    expect(await Promise.all(all)).toEqual(['a1', 'b1', 'b2', 'a2']);
    expect(committed.indexOf('a1')).toBeLessThan(committed.indexOf('a2'));
  });

  it('is idle only when all lanes are', async () => {
    const { group, batches } = setUp();
    const all = [group.append({ order: 1, name: 'a' }), group.append({ order: 2, name: 'b' })];
    let idle = false;
    const waited = group.idle().then(() => (idle = true));
    await turn();
    batches[0]!.commit();
    await turn();
    expect(idle).toBe(false);
    batches[1]!.commit();
    await waited;
    await Promise.all(all);
  });

  it('answers before it announces, and reports once callers who may have been stored are answered', async () => {
    const { group, batches, committed } = setUp();
    expect(group.answered(1)).toBeUndefined();
    const told: string[] = [];
    const all = [group.append({ order: 1, name: 'a' }, () => told.push(`answer, ${committed.length} committed`))];
    await turn();
    all.push(group.append({ order: 1, name: 'b' }));
    void group.answered(1)?.then(() => told.push('answered'));
    expect(group.answered(2)).toBeUndefined();
    batches[0]!.commit();
    await turn();
    expect(told).toEqual(['answer, 0 committed', 'answered']);
    batches[1]!.commit();
    await Promise.all(all);
    expect(group.answered(1)).toBeUndefined();
  });

  it('announces even if an answer fails', async () => {
    const { group, batches, committed } = setUp();
    const done = group.append({ order: 1, name: 'a' }, () => {
      throw new Error('closed');
    });
    await turn();
    batches[0]!.commit();
    expect(await done).toBe('a');
    expect(committed).toEqual(['a']);
  });

  it('counts what waits in all lanes together', async () => {
    const { group } = setUp();
    for (let order = 0; order < 6; order++) void group.append({ order, name: 'x' });
    expect(group.crowded).toBe(true);
    await expect(group.append({ order: 0, name: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
    await turn();
    expect(group.crowded).toBe(false);
  });
});
