import { type ConnectionNews, ConsoleFeed, endOfSamples, type SaidMessage } from '@switchboard/client/console';
import { Switchboard } from '@switchboard/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, newUser } from '../support/api.js';
import { FeedTime, STEP_MS } from '../support/feed-time.js';
import { RoomsHarness } from '../support/rooms.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const PATIENCE = { timeout: 30_000, interval: 20 };

describe('ConsoleFeed', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let cable: TcpProxy;
  let sdk: Switchboard;
  let time: FeedTime;
  const feeds: ConsoleFeed[] = [];

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    cable = await new TcpProxy(new URL(rooms.server.url)).open();
    sdk = new Switchboard({ url: rooms.server.url });
    await sdk.signIn(ADMIN);
    time = new FeedTime(rooms.app);
  });
  afterEach(() => {
    for (const feed of feeds.splice(0)) feed.close();
  });
  afterAll(async () => {
    time.stop();
    await cable.cut();
    await rooms.close();
  });

  const begin = (of: Switchboard = sdk) => {
    const ticket = async () => (await of.tickets.create({ body: {} })).ticket;
    const feed = new ConsoleFeed({ url: cable.url, ticket, firstMs: 20, longestMs: 200 });
    feeds.push(feed);
    const opened = new Promise<void>((resolve) => feed.on('open', resolve));
    const closed = new Promise<number>((resolve) =>
      feed.on('closed', ({ code }) => {
        resolve(code);
      }),
    );
    return { feed, opened, closed };
  };

  it('continues after the last sample when a lost connection is back', async () => {
    time.step();
    const { feed, opened } = begin();
    const steps: number[] = [];
    const stop = feed.subscribe<'overview'>(
      { topic: 'overview' },
      {
        news: (samples) => {
          const end = Date.parse(endOfSamples(samples) ?? '');
          for (let at = Date.parse(samples.from); at <= end; at += STEP_MS) steps.push(at);
        },
      },
    );
    await opened;
    await expect.poll(() => steps.length, PATIENCE).toBeGreaterThan(0);
    const before = steps.at(-1)!;
    const lost = new Promise<void>((resolve) =>
      feed.on('reconnecting', () => {
        resolve();
      }),
    );
    const back = new Promise<void>((resolve) => feed.on('open', resolve));
    await cable.cut();
    await lost;
    time.step();
    await cable.open();
    await back;
    await expect.poll(() => steps.at(-1), PATIENCE).toBe(before + STEP_MS);
    time.step();
    await expect.poll(() => steps.at(-1), PATIENCE).toBe(before + 2 * STEP_MS);
    const known = [...new Set(steps)].sort((a, b) => a - b);
    expect(known.every((at, n) => n === 0 || at - known[n - 1]! === STEP_MS)).toBe(true);
    stop();
  });

  it('follows rooms and connections, and resumes after a lost connection', async () => {
    const app = await rooms.application();
    await rooms.room(app, 'followed');
    const writer = await rooms.member(app, 'followed', 'readwrite', 'Ann');
    const { items } = await sdk.connections.list({ query: { room: 'followed' } });
    const { feed, opened } = begin();
    const heard: SaidMessage[] = [];
    const news: ConnectionNews[] = [];
    const ends: string[] = [];
    let subscribed = 0;
    feed.subscribe<'room'>(
      { topic: 'room', application: app.id, room: 'followed' },
      { news: (message) => void heard.push(message), subscribed: () => (subscribed += 1) },
    );
    feed.subscribe<'connection'>(
      { topic: 'connection', connection: items[0]!.id },
      { news: (each) => void news.push(each), ended: () => void ends.push('ended') },
    );
    feed.subscribe<'connection'>(
      { topic: 'connection', connection: 'nobody' },
      { news: () => undefined, refused: ({ code }) => void ends.push(code) },
    );
    await opened;
    await expect.poll(() => [news.length, ends, subscribed], PATIENCE).toEqual([1, ['not_found'], 1]);
    expect(news[0]).toMatchObject({ isFirst: true, connection: { id: items[0]!.id } });
    writer.send({ message: { n: 1 } });
    await expect.poll(() => heard, PATIENCE).toMatchObject([{ message: { n: 1 }, identity: 'Ann' }]);
    await cable.cut();
    await cable.open();
    await expect.poll(() => [news.filter(({ isFirst }) => isFirst).length, subscribed], PATIENCE).toEqual([2, 2]);
    writer.send({ message: 2 });
    await expect.poll(() => heard.at(-1)?.message, PATIENCE).toBe(2);
    await writer.close();
    await expect.poll(() => ends, PATIENCE).toEqual(['not_found', 'ended']);
    expect(news.at(-1)?.timeline.at(-1)).toMatchObject({
      what: 'closed',
      detail: expect.stringMatching(/^by the client/),
    });
  });

  it('stays away if it may not watch, or no longer', async () => {
    const person = await newUser(rooms.call);
    const theirs = new Switchboard({ url: rooms.server.url });
    await theirs.signIn({ email: person.user.email, password: person.password });
    await rooms.admin('PATCH', `accounts/${person.user.id}`, { role: 'viewer' });
    const { opened, closed } = begin(theirs);
    await opened;
    await rooms.admin('PATCH', `accounts/${person.user.id}`, { role: 'user' });
    expect(await closed).toBe(1008);
    await theirs.signOut();
    expect(await begin(theirs).closed).toBe(1008);
  });
});
