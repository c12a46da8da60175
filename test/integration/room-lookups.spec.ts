import { type AfterQueryEvent } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys } from '../../src/modules/auth/api-keys/api-keys.service.js';
import { Rooms } from '../../src/modules/rooms/directory/rooms.service.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';

describe('lookups shared by requests', () => {
  let harness: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let mine: TestApplication;
  let other: TestApplication;
  const statements: string[] = [];

  beforeAll(async () => {
    harness = await RoomsHarness.start();
    [mine, other] = [await harness.application(), await harness.application()];
    await harness.room(mine, 'same', { durable: true, historyLimit: 2 });
    await harness.room(other, 'same');
    await harness.room(mine, 'days', { durable: true, retentionDays: 1 });
    const watch = { afterQuery: ({ query }: AfterQueryEvent) => void statements.push(query) };
    harness.app.dataSource.subscribers.push(watch);
  });
  afterAll(() => harness.close());

  /** The statements that name `table` while `work` runs. */
  async function statementsFor(table: string, work: () => Promise<unknown>): Promise<number> {
    statements.length = 0;
    await work();
    return statements.filter((statement) => statement.includes(`"${table}"`)).length;
  }

  it('take one statement for rooms of several applications, each of which gets its own', async () => {
    const rooms = harness.app.app.get(Rooms, { strict: false });
    const wanted = [
      [mine.id, 'same'],
      [other.id, 'same'],
      [mine.id, 'days'],
      [mine.id, 'same'],
    ] as const;
    const count = await statementsFor('rooms', async () => {
      const found = await Promise.all(wanted.map(([id, name]) => rooms.get(id, name)));
      expect(found.map(({ applicationId, name }) => [applicationId, name])).toEqual(wanted);
      expect(found.map(({ durable }) => durable)).toEqual([true, false, true, true]);
    });
    expect(count).toBe(1);
    await expect(rooms.get(other.id, 'days')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('find where a room begins and ends, with limits by number, by days, and without', async () => {
    const rooms = harness.app.app.get(Rooms, { strict: false });
    for (const room of ['same', 'days']) {
      for (let n = 0; n < 5; n++) await harness.as(mine, 'POST', `rooms/${room}/messages`, { message: n });
    }
    const { id } = await rooms.get(mine.id, 'days');
    const aged = `UPDATE "room_messages" SET "sent_at" = now() - interval '2 days' WHERE "room_id" = $1 AND "offset" <= 4`;
    await harness.app.dataSource.query(aged, [id]);
    const heads = await Promise.all(['same', 'days'].map((name) => rooms.getWithHead(mine.id, name)));
    expect(heads.map(({ head }) => [head?.floor, head?.last])).toEqual([
      [3, 5],
      [4, 5],
    ]);
    expect((await rooms.getWithHead(other.id, 'same')).head).toBeNull();
  });

  it('take one statement for API keys, each of which gets its application', async () => {
    const keys = harness.app.app.get(ApiKeys, { strict: false });
    const count = await statementsFor('applications', async () => {
      const found = await Promise.all([mine, other, mine].map(({ apiKey }) => keys.identify(apiKey)));
      expect(found.map(({ applicationId }) => applicationId)).toEqual([mine.id, other.id, mine.id]);
    });
    expect(count).toBe(1);
    await expect(keys.identify('unknown')).rejects.toMatchObject({ code: 'invalid_credentials' });
  });
});
