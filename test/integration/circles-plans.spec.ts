import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationMessage } from '../../src/entities/circles/conversation-message.entity.js';
import { MessagesRepository } from '../../src/modules/circles/messages/messages.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const BUSY = 60_000;

/** Two conversations: an old one, and a newer one with so many messages that a scan by id alone would read them all. */
async function fill(source: DataSource): Promise<[quiet: number, busy: number]> {
  const ids: number[] = [];
  for (const count of [20_000, BUSY]) {
    const [{ id }] = await source.query(`INSERT INTO "conversations" ("name") VALUES ('c') RETURNING "id"`);
    const [{ link }] = await source.query(
      `INSERT INTO "conversation_links" ("conversation_id", "privilege") VALUES ($1, 'STANDARD') RETURNING "id" AS "link"`,
      [id],
    );
    await source.query(
      `INSERT INTO "conversation_messages" ("conversation_id", "author_id", "content", "sent_at")
       SELECT $1, $2, 'word ' || n, now() FROM generate_series(1, $3) n`,
      [id, link, count],
    );
    ids.push(id);
  }
  await source.query('ANALYZE "conversation_messages"');
  return ids as [number, number];
}

describe('reading a page of messages', () => {
  let database: TestDatabase;
  let source: DataSource;
  let quiet: number;
  let busy: number;
  beforeAll(async () => {
    database = await createTestDatabase();
    source = await database.connect();
    [quiet, busy] = await fill(source);
  });
  afterAll(() => database.drop());

  /** Rows that the database scans for the query of `read`. */
  async function rowsRead(read: (repository: MessagesRepository) => Promise<unknown>): Promise<number> {
    const repository = source.getRepository(ConversationMessage);
    let rows = 0;
    const query = async (sql: string, parameters: unknown[]): Promise<unknown> => {
      const [line] = await source.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters);
      rows = scanned(line['QUERY PLAN'][0].Plan);
      return source.query(sql, parameters);
    };
    await read(new MessagesRepository(Object.assign(Object.create(repository) as typeof repository, { query })));
    return rows;
  }

  it.each(['ascending', 'descending'] as const)('scans no more messages than it returns, %s', async (order) => {
    for (const id of [quiet, busy]) {
      const rows = await rowsRead(async (repository) => {
        expect(await repository.page(id, { order, from: undefined }, 51)).toHaveLength(51);
      });
      expect(rows).toBeLessThan(200);
    }
  });

  it('finds a frequent word without scanning all messages', async () => {
    const rows = await rowsRead(async (repository) => {
      expect(await repository.search(busy, { order: 'descending', from: undefined }, 51, 'word')).toHaveLength(51);
    });
    expect(rows).toBeLessThan(3_000);
  });

  it('finds a rare word by its index', async () => {
    const rows = await rowsRead(async (repository) => {
      expect(await repository.search(busy, { order: 'descending', from: undefined }, 51, '59')).toHaveLength(1);
    });
    expect(rows).toBeLessThan(200);
  });
});

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

function scanned(plan: Plan): number {
  const own =
    plan['Relation Name'] === 'conversation_messages' ? plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) : 0;
  return (plan.Plans ?? []).reduce((sum, inner) => sum + scanned(inner), own);
}
