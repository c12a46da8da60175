import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationMessage } from '../../src/entities/circles/conversation-message.entity.js';
import { type NewMessage as ConversationDraft } from '../../src/modules/circles/messages/message-append.js';
import { MessagesRepository } from '../../src/modules/circles/messages/messages.repository.js';
import { MessageLogRepository, type NewMessage } from '../../src/modules/rooms/log/message-log.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('a batch with every kind of message', () => {
  let database: TestDatabase;
  let source: DataSource;
  beforeAll(async () => {
    database = await createTestDatabase();
    source = await database.connect();
  });
  afterAll(() => database.drop());

  const insert = async (sql: string, values: unknown[] = []): Promise<number> => {
    const [{ id }] = await source.query<[{ id: number }]>(`INSERT INTO ${sql} RETURNING "id"`, values);
    return id;
  };

  it('numbers new room messages without gaps, skipping known, mismatched and expired ones and those without a room', async () => {
    const application = await insert(`"applications" ("name") VALUES ('a')`);
    const room = async (name: string) => {
      const id = await insert(`"rooms" ("application_id", "name", "durable") VALUES ($1, $2, true)`, [
        application,
        name,
      ]);
      await source.query(`INSERT INTO "room_heads" ("room_id", "epoch") VALUES ($1, $2)`, [id, name]);
      return id;
    };
    const [a, b] = [await room('a'), await room('b')];
    const log = new MessageLogRepository(source);
    const say = (roomId: number, message: string, key?: string, digest = message): NewMessage => ({
      roomId,
      message,
      identity: 'é',
      timestamp: 1_700_000_000_123,
      key:
        key === undefined
          ? undefined
          : { scope: 1, key: Buffer.from(key), digest: Buffer.from(digest), lifeSeconds: 60 },
    });
    await log.append([say(a, '"1"', 'k'), say(a, '"2"', 'old'), say(b, '"1"')]);
    await source.query(`UPDATE "room_message_keys" SET "expires_at" = now() - interval '1 s' WHERE "key" = 'old'`);
    const results = await log.append([
      say(b, '"2"'),
      say(a, '"3"', 'new'),
      say(a, '"1"', 'k'),
      say(999_999, '"x"', 'k'),
      say(a, '"4"', 'old'),
      say(b, '"3"', 'k'),
      say(a, '"5"'),
    ]);
    expect(results.map(({ outcome, offset, epoch }) => `${outcome} ${offset} ${epoch}`)).toEqual([
      'stored 2 b',
      'stored 3 a',
      'repeated 1 a',
      'gone 0 ',
      'stored 4 a',
      'stored 3 b',
      'stored 5 a',
    ]);
    expect(await log.append([say(a, '"6"'), say(a, '"y"', 'old', 'other')])).toMatchObject([
      { outcome: 'stored', offset: 6 },
      { outcome: 'mismatch', offset: 4 },
    ]);
    const kept = await log.page(a, 0, 100, 1_000_000);
    expect(kept.map(({ offset, message }) => `${offset} ${message}`)).toEqual(
      ['1', '2', '3', '4', '5', '6'].map((n) => `${n} "${n}"`),
    );
    expect(kept[0]).toMatchObject({ identity: 'é', timestamp: 1_700_000_000_123 });
  });

  it('stores messages of users and devices in order, with their media, and refuses only those that may not write', async () => {
    const user = await insert(
      `"users" ("email", "password_hash", "first_name", "last_name") VALUES ('a@b.c', '', 'A', 'B')`,
    );
    const circle = await insert(`"circles" ("name") VALUES ('c')`);
    await source.query(`INSERT INTO "circle_members" VALUES ($1, $2, 'ADMIN')`, [circle, user]);
    const device = await insert(
      `"devices" ("circle_id", "name", "username", "password_hash") VALUES ($1, 'd', 'd', '')`,
      [circle],
    );
    const conversation = async (access: boolean) => {
      const values = [circle, access];
      const id = await insert(`"conversations" ("circle_id", "name", "device_access") VALUES ($1, 'c', $2)`, values);
      await source.query(
        `INSERT INTO "conversation_links" ("conversation_id", "user_id", "member_of", "privilege") VALUES ($1, $2, $3, 'ADMIN')`,
        [id, user, circle],
      );
      return id;
    };
    const [open, closed] = [await conversation(true), await conversation(false)];
    const messages = new MessagesRepository(source.getRepository(ConversationMessage));
    const say = (kind: 'user' | 'device', conversationId: number, text: string, id?: string, files: string[] = []) =>
      ({
        conversationId,
        author: { kind, id: kind === 'user' ? user : device },
        text,
        files,
        client: id === undefined ? null : { id, digest: Buffer.from(text) },
      }) satisfies ConversationDraft;
    const {
      results: [first],
    } = await messages.append([say('user', open, 'first', 'k')]);
    const { results, authors } = await messages.append([
      say('device', open, 'two', undefined, ['b.png', 'a.png']),
      say('user', closed, 'elsewhere\u0000'),
      say('user', open, 'first', 'k'),
      say('device', closed, 'no'),
      say('user', 999_999, 'no'),
      say('user', open, 'three', 'l', ['c.png']),
      say('device', open, 'four', 'k'),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'stored',
      'stored',
      'repeated',
      'not-taking-part',
      'no-conversation',
      'stored',
      'stored',
    ]);
    expect([authors.users, authors.devices].map((all) => all.map(({ id }) => id))).toEqual([[user], [device]]);
    expect(results[2]).toMatchObject({ messageId: first!.messageId, sentAt: first!.sentAt });
    expect(results.map(({ media }) => media.map(({ identifier }) => identifier))).toMatchObject([
      ['b.png', 'a.png'],
      [],
      [],
      [],
      [],
      ['c.png'],
      [],
    ]);
    const told = [first!, results[0]!, results[5]!, results[6]!];
    expect(told.map(({ previousId }) => previousId)).toEqual([
      0,
      ...told.slice(0, 3).map(({ messageId }) => messageId),
    ]);
    const kept = await messages.page(open, { order: 'ascending', from: 0 }, 10);
    expect(kept.map(({ id, text }) => ({ id, text }))).toEqual(
      ['first', 'two', 'three', 'four'].map((text, n) => ({ id: told[n]!.messageId, text })),
    );
    expect(kept.map(({ user: by, device: with_ }) => (by ? 'user' : with_ ? 'device' : ''))).toEqual([
      'user',
      'device',
      'user',
      'device',
    ]);
    expect(kept.map(({ media }) => media.length)).toEqual([0, 2, 1, 0]);
    expect(await messages.heads([open, closed])).toEqual(
      new Map([
        [open, told[3]!.messageId],
        [closed, results[1]!.messageId],
      ]),
    );
    expect((await messages.find(results[1]!.messageId))!.text).toBe('elsewhere\u0000');
  });
});
