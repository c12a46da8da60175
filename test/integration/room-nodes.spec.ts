import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DataSource } from 'typeorm';
import { type Lifecycle } from '../../src/modules/health/lifecycle.js';
import { type Channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { SocketMetrics } from '../../src/modules/observability/socket-metrics.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { MessageLogRepository, type NewMessage } from '../../src/modules/rooms/log/message-log.repository.js';
import { MessageLog } from '../../src/modules/rooms/log/message-log.service.js';
import { type RoomConnection } from '../../src/modules/rooms/room-connection.js';
import { RoomFeeds } from '../../src/modules/rooms/log/room-feeds.service.js';
import { readersChannel } from '../../src/modules/rooms/rooms.channels.js';
import { type StoredMessageEvent } from '../../src/modules/rooms/rooms.events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { LossyBus } from '../support/lossy-bus.js';

/** A reader that records the events it hears. */
class Reader {
  readonly id = 'reader';
  readonly protocol = 'rooms';
  readonly principal = null;
  readonly closed = false;
  readonly queuedBytes = 0;
  subscriptions: Set<Channel> | null = null;
  readonly heard: StoredMessageEvent[] = [];
  readonly encoder = { encode: (event: HubEvent) => ({ length: 0, event }) };

  send(frame: { length: number; event?: HubEvent }): void {
    this.heard.push(frame.event as StoredMessageEvent);
  }

  get offsets(): number[] {
    return this.heard.map(({ place }) => place.offset);
  }
}

class Node {
  readonly hub: Hub;
  readonly log: MessageLog;
  readonly feeds: RoomFeeds;
  readonly repository: MessageLogRepository;

  constructor(bus: LossyBus, dataSource: DataSource) {
    this.hub = new Hub(bus.node());
    this.repository = new MessageLogRepository(dataSource);
    this.log = new MessageLog(
      this.repository,
      this.hub,
      { onDrain: () => undefined } as unknown as Lifecycle,
      new SocketMetrics(),
    );
    this.feeds = new RoomFeeds(this.repository, this.log, this.hub);
  }

  async reader(roomId: number): Promise<Reader> {
    const reader = new Reader();
    const head = (await this.repository.heads([roomId])).get(roomId)!;
    await this.feeds.hold(roomId, head);
    await this.hub.subscribe(reader as unknown as RoomConnection, readersChannel(roomId));
    return reader;
  }
}

const count = (to: number): number[] => Array.from({ length: to }, (_each, i) => i + 1);
const say = (roomId: number, text: string, key?: NewMessage['key']): NewMessage => ({
  roomId,
  message: JSON.stringify(text),
  identity: 'i',
  timestamp: Date.now(),
  key,
});

describe('durable rooms on two nodes', () => {
  let database: TestDatabase;
  let bus: LossyBus;
  let a: Node, b: Node;
  let sources: DataSource[];

  beforeAll(async () => {
    database = await createTestDatabase();
    sources = [await database.connect(), await database.connect()];
    await sources[0]!.query(`INSERT INTO applications (name) VALUES ('x')`);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    bus = new LossyBus();
    [a, b] = [new Node(bus, sources[0]!), new Node(bus, sources[1]!)];
  });
  afterEach(() => {
    for (const { feeds } of [a, b]) feeds.onModuleDestroy();
  });

  let rooms = 0;
  async function room(): Promise<number> {
    const name = `room${++rooms}`;
    const [{ id }] = await sources[0]!.query(
      `INSERT INTO rooms (application_id, name, durable) SELECT id, $1, true FROM applications RETURNING id`,
      [name],
    );
    await sources[0]!.query(`INSERT INTO room_heads (room_id, epoch) VALUES ($1, 'abc')`, [id]);
    return id as number;
  }

  it('answer a publisher before it hears its own message, even if others learn first that it is stored', async () => {
    const id = await room();
    const { heard } = await a.reader(id);
    const append = a.repository.append.bind(a.repository);
    let confirm = (): void => undefined;
    const confirmed = new Promise<void>((resolve) => (confirm = resolve));
    const stored = new Promise<void>((resolve) => {
      a.repository.append = async (batch) => {
        const results = await append(batch);
        resolve();
        await confirmed;
        return results;
      };
    });
    const page = vi.spyOn(a.repository, 'page');
    const answer = vi.fn<() => void>(() => {
      expect(heard).toEqual([]);
    });
    const saying = a.log.append(say(id, 'own'), answer);
    await stored;
    // Its node notices the gap before another node's message.
    await b.log.append(say(id, 'other'));
    await expect.poll(() => page.mock.settledResults).toHaveLength(1);
    await page.mock.results[0]!.value;
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
    confirm();
    await saying;
    expect(answer.mock.settledResults).toMatchObject([{ type: 'fulfilled' }]);
    await expect.poll(() => heard.length).toBe(2);
  });

  it('number simultaneous messages of both without gaps, and show every reader the same order', async () => {
    const id = await room();
    const readers = [await a.reader(id), await b.reader(id)];
    bus.fate = (from, to) => (from === to ? 0 : 1 + Math.random() * 20);
    const saying: Promise<unknown>[] = [];
    for (let i = 0; i < 300; i++) {
      saying.push(a.log.append(say(id, `a${i}`)), b.log.append(say(id, `b${i}`)));
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(saying);
    for (const reader of readers) {
      await expect.poll(() => reader.heard.length, { timeout: 5_000 }).toBe(600);
      expect(reader.offsets).toEqual(count(600));
      expect(reader.heard.map(({ message }) => message)).toEqual(readers[0]!.heard.map(({ message }) => message));
    }
    const texts = readers[0]!.heard.map(({ message }) => message as string);
    for (const node of ['a', 'b']) {
      const own = texts.filter((text) => text.startsWith(`"${node}`));
      expect(own).toEqual(Array.from({ length: 300 }, (_each, i) => `"${node}${i}"`));
    }
  });

  it('become visible in ascending order, so that reading what follows never skips one', async () => {
    const id = await room();
    let open = true;
    const isOpen = () => open;
    const seen: number[] = [];
    const polling = (async () => {
      while (isOpen() || seen.length < 400) {
        const page = await b.repository.page(id, seen.at(-1) ?? 0, 50, 1_000_000);
        seen.push(...page.map(({ offset }) => offset));
      }
    })();
    const saying: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      saying.push(a.log.append(say(id, 'a')), b.log.append(say(id, 'b')));
      if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(saying);
    open = false;
    await polling;
    expect(seen).toEqual(count(400));
  });

  it('fill the gap left by a node that dies between committing and announcing', async () => {
    const id = await room();
    const reader = await b.reader(id);
    await a.log.append(say(id, 'told'));
    bus.fate = () => 'lost';
    await a.log.append(say(id, 'lost 1'));
    await a.log.append(say(id, 'lost 2'));
    bus.fate = () => 0;
    await a.log.append(say(id, 'told again'));
    await expect.poll(() => reader.offsets, { timeout: 3_000 }).toEqual([1, 2, 3, 4]);
    // No later message reveals the gap; the look at the heads finds it.
    bus.fate = () => 'lost';
    await a.log.append(say(id, 'lost at the end'));
    await expect.poll(() => reader.offsets, { timeout: 3_000 }).toEqual([1, 2, 3, 4, 5]);
    expect(reader.heard.at(-1)?.message).toBe('"lost at the end"');
  });

  it('never block each other, whatever rooms they write to in whatever order', async () => {
    const ids = [];
    for (let i = 0; i < 40; i++) ids.push(await room());
    const saying: Promise<unknown>[] = [];
    for (let round = 0; round < 15; round++) {
      for (const id of ids) saying.push(a.log.append(say(id, 'a')));
      for (const id of ids.toReversed()) saying.push(b.log.append(say(id, 'b')));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(saying);
    const heads = await a.repository.heads(ids);
    expect([...heads.values()].map(({ last }) => last)).toEqual(ids.map(() => 30));
  });

  it('store one message if both use the same key at once, and refuse the key for another message', async () => {
    const id = await room();
    const key = (digest: string) => ({
      scope: 1,
      key: Buffer.from('k'),
      digest: Buffer.from(digest),
      lifeSeconds: 60,
    });
    const results = await Promise.all([a, b, a, b].map((node) => node.log.append(say(id, 'same', key('same')))));
    expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['repeated', 'repeated', 'repeated', 'stored']);
    expect(new Set(results.map(({ offset }) => offset))).toEqual(new Set([1]));
    expect(await b.log.append(say(id, 'other', key('other')))).toMatchObject({ outcome: 'mismatch' });
    await sources[0]!.query(
      `UPDATE room_message_keys SET expires_at = now() - interval '1 second' WHERE room_id = $1`,
      [id],
    );
    expect(await b.log.append(say(id, 'other', key('other')))).toMatchObject({ outcome: 'stored', offset: 2 });
    expect(await a.log.append(say(999_999, 'nowhere'))).toMatchObject({ outcome: 'gone' });
  });

  it('store simultaneous messages in few statements, and a single one in one', async () => {
    const id = await room();
    let statements = 0;
    const append = a.repository.append.bind(a.repository);
    a.repository.append = (batch) => {
      statements++;
      return append(batch);
    };
    await a.log.append(say(id, 'one'));
    expect(statements).toBe(1);
    await Promise.all(count(1_000).map((i) => a.log.append(say(id, String(i)))));
    expect(statements).toBeLessThanOrEqual(3);
  });
});
