import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CallRetention } from '../../src/modules/calls/call-retention.service.js';
import { type RunningApp, startApp } from '../support/app.js';

describe('retention of the call ledger', () => {
  let server: RunningApp;
  beforeAll(async () => {
    server = await startApp({ CALL_RETENTION_DAYS: '30' });
  });
  afterAll(() => server.close());
  beforeEach(() => sql('DELETE FROM calls'));

  const sql = <T>(text: string, parameters: unknown[] = []): Promise<T[]> => server.dataSource.query(text, parameters);
  const sweep = () => server.app.get(CallRetention, { strict: false }).sweep();
  const left = async () => (await sql<{ key: string }>('SELECT key FROM calls ORDER BY id')).map(({ key }) => key);
  const count = async (table: string) => (await sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n;

  /** Calls `<name> 1` … `<name> <count>`, each with a participant, that ended the given number of days ago; `null` = never. */
  async function calls(name: string, count: number, endedDaysAgo: number | null): Promise<void> {
    await sql(
      `WITH made AS (
         INSERT INTO calls (key, protocol, started_at, ended_at, outcome, lease_until)
         SELECT $1 || ' ' || n, 'signaling', now() - interval '90 days', now() - make_interval(days => $3::int),
           CASE WHEN $3::int IS NOT NULL THEN 'completed' END, now() + interval '1 hour'
         FROM generate_series(1, $2::int) n ORDER BY n RETURNING id
       ) INSERT INTO call_participants (call_id, sid, name) SELECT id, 'A', 'Ala' FROM made`,
      [name, count, endedDaysAgo],
    );
  }

  it('removes calls that ended before, with their participants, and nothing else', async () => {
    await calls('live', 1, null);
    await calls('old', 2, 31);
    await calls('young', 1, 29);
    await calls('older', 1, 80);
    await sweep();
    expect(await left()).toEqual(['live 1', 'young 1']);
    expect(await count('call_participants')).toBe(2);
  });

  it('removes everything due, in batches', async () => {
    await calls('old', 4_500, 31);
    await calls('young', 3, 1);
    await sweep();
    expect(await left()).toEqual(['young 1', 'young 2', 'young 3']);
  });
});

describe('a call ledger without retention', () => {
  it('keeps calls for ever', async () => {
    const server = await startApp();
    try {
      await server.dataSource.query(
        `INSERT INTO calls (key, protocol, started_at, ended_at, outcome, lease_until)
         VALUES ('ancient', 'signaling', '2001-01-01', '2001-01-01', 'completed', '2001-01-01')`,
      );
      await server.app.get(CallRetention, { strict: false }).sweep();
      expect(await server.dataSource.query('SELECT key FROM calls')).toEqual([{ key: 'ancient' }]);
    } finally {
      await server.close();
    }
  });
});
