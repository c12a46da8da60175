import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConversationMessage } from '../../src/entities/circles/conversation-message.entity.js';
import { conversationChannel } from '../../src/modules/circles/circles.channels.js';
import { ConversationFeeds } from '../../src/modules/circles/messages/conversation-feeds.service.js';
import { type NewMessage } from '../../src/modules/circles/messages/message-append.js';
import { ConversationLog } from '../../src/modules/circles/messages/conversation-log.service.js';
import { MessagesRepository } from '../../src/modules/circles/messages/messages.repository.js';
import { Senders } from '../../src/modules/circles/messages/senders.service.js';
import { type Online } from '../../src/modules/circles/presence/online.service.js';
import { type Lifecycle } from '../../src/modules/health/lifecycle.js';
import { type Connection } from '../../src/modules/realtime/connection.js';
import { SocketMetrics } from '../../src/modules/observability/socket-metrics.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { InProcessBroker } from '../../src/modules/realtime/in-process/in-process.broker.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const BATCHES = 60;
const PER_BATCH = 5;

/** The work of several nodes on one database, without the nodes. */
describe('messages that several nodes store at once', () => {
  let database: TestDatabase;
  let sources: DataSource[];
  let user: number;
  let conversations: number[];
  beforeAll(async () => {
    database = await createTestDatabase();
    sources = [await database.connect(), await database.connect(), await database.connect()];
    const [source] = sources as [DataSource];
    [{ id: user }] = await source.query(
      `INSERT INTO "users" ("email", "password_hash", "first_name", "last_name") VALUES ('a@b.c', '', 'A', 'B') RETURNING "id"`,
    );
    const [{ id: circle }] = await source.query(`INSERT INTO "circles" ("name") VALUES ('c') RETURNING "id"`);
    await source.query(`INSERT INTO "circle_members" VALUES ($1, $2, 'ADMIN')`, [circle, user]);
    conversations = [];
    for (let n = 0; n < 3; n++) {
      const [{ id }] = await source.query(
        `INSERT INTO "conversations" ("circle_id", "name") VALUES ($1, 'c') RETURNING "id"`,
        [circle],
      );
      await source.query(
        `INSERT INTO "conversation_links" ("conversation_id", "user_id", "member_of", "privilege")
         VALUES ($1, $2, $3, 'ADMIN')`,
        [id, user, circle],
      );
      conversations.push(id);
    }
  });
  afterAll(() => database.drop());

  const repositoryOf = (source: DataSource) => new MessagesRepository(source.getRepository(ConversationMessage));
  const draft = (conversationId: number, text: string, id?: string): NewMessage => ({
    conversationId,
    author: { kind: 'user', id: user },
    text,
    files: [],
    client: id === undefined ? null : { id, digest: Buffer.from(text) },
  });

  it('become visible in the order of their ids, each naming the one before it', async () => {
    let isWriting = true;
    const [conversation] = conversations as [number];
    const reader = repositoryOf(sources[2]!);
    const read = async () => {
      const seen: number[] = [];
      for (;;) {
        // Checked before the look: what is stored during the last look takes one more to be seen.
        const isLast = !isWriting;
        const from = seen.at(-1) ?? 0;
        for (const row of await reader.page(conversation, { order: 'ascending', from }, 1_000)) seen.push(row.id);
        if (isLast) return seen;
      }
    };
    const write = async (source: DataSource) => {
      const stored = [];
      for (let n = 0; n < BATCHES; n++) {
        // The nodes name the conversations in different orders, which must not deadlock.
        const order = source === sources[0] ? conversations : [...conversations].reverse();
        const batch = order.flatMap((id) => Array.from({ length: PER_BATCH }, (_, k) => draft(id, `${n} ${k}`)));
        const { results } = await repositoryOf(source).append(batch);
        stored.push(...results.filter((_result, index) => batch[index]!.conversationId === conversation));
      }
      return stored;
    };
    const reading = read();
    const writing = Promise.all(sources.slice(0, 2).map(write));
    const stored = (await writing).flat();
    isWriting = false;
    const seen = await reading;
    const ids = stored.map(({ messageId }) => messageId).sort((a, b) => a - b);
    expect(seen).toEqual(ids);
    const previous = new Map(stored.map(({ messageId, previousId }) => [messageId, previousId]));
    expect(ids.map((id) => previous.get(id))).toEqual([0, ...ids.slice(0, -1)]);
  });

  it('reach their author after the answer, even if the author’s node finds them first', async () => {
    const [, , conversation] = conversations as [number, number, number];
    const hub = new Hub(new InProcessBroker());
    const repository = repositoryOf(sources[0]!);
    const nobody: Partial<Online> = {
      usersOnline: () => Promise.resolve(new Set()),
      devicesOnline: () => Promise.resolve(new Set()),
    };
    const senders = new Senders(nobody as Online);
    const lifecycle: Partial<Lifecycle> = { onDrain: () => undefined };
    const log = new ConversationLog(repository, senders, hub, lifecycle as Lifecycle, new SocketMetrics());
    const feeds = new ConversationFeeds(repository, senders, log, hub);
    const feed = await feeds.hold(conversation);
    const heard: string[] = [];
    const reader: Connection = {
      id: 'reader',
      protocol: 'circles',
      encoder: { encode: () => ({ length: 0 }) },
      principal: null,
      subscriptions: null,
      closed: false,
      send: () => heard.push('told'),
      close: () => undefined,
      signal: () => undefined,
    };
    await hub.subscribe(reader, conversationChannel(conversation));
    const append = repository.append.bind(repository);
    let confirm = (): void => undefined;
    const confirmed = new Promise<void>((resolve) => (confirm = resolve));
    const stored = new Promise<number>((resolve) => {
      repository.append = async (batch) => {
        const stored = await append(batch);
        resolve(stored.results[0]!.messageId);
        await confirmed;
        return stored;
      };
    });
    const page = vi.spyOn(repository, 'page');
    const sending = log.append(draft(conversation, 'own'), () => heard.push('answered'));
    feed.headIs({ epoch: '', last: await stored, floor: 0 });
    await page.mock.results[0]!.value;
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
    confirm();
    await sending;
    await expect.poll(() => heard).toEqual(['answered', 'told']);
    feeds.onModuleDestroy();
  });

  it('become one message if both nodes get the same attempt', async () => {
    const [, conversation] = conversations as [number, number];
    const attempts = Array.from({ length: 40 }, (_, n) =>
      repositoryOf(sources[n % 2]!).append([draft(conversation, 'same', 'k')]),
    );
    const results = (await Promise.all(attempts)).flatMap((stored) => stored.results);
    expect(results.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(new Set(results.map(({ messageId }) => messageId)).size).toBe(1);
    const other = await repositoryOf(sources[0]!).append([draft(conversation, 'other', 'k')]);
    expect(other.results[0]?.outcome).toBe('conflict');
  });
});
