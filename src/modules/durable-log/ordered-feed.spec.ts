import { beforeEach, describe, expect, it } from 'vitest';
import { type Channel, channel } from '../realtime/channel.js';
import { type Connection } from '../realtime/connection.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { Hub } from '../realtime/fan-out/hub.js';
import { InProcessBroker } from '../realtime/in-process/in-process.broker.js';
import { type LogHead, type LogKind } from './log-kind.js';
import { OrderedFeed } from './ordered-feed.js';

interface Message extends HubEvent {
  readonly at: number;
  readonly previous: number;
  readonly epoch: string;
}

const READERS = channel('readers', 3);
const message = (at: number, previous = at - 1, epoch = 'e'): Message => ({ type: 'message', at, previous, epoch });
const headOf = (last: number, epoch = 'e', floor = 0): LogHead => ({ epoch, last, floor });

/** A database with one log per kind of position. */
class FakeLog {
  messages: Message[] = [];
  head = headOf(0);
  reads = 0;
  /** Held back until the test goes on. */
  pause: Promise<void> = Promise.resolve();

  kind(follows: LogKind<Message>['follows']): LogKind<Message> {
    return {
      stored: () => channel('stored', 3),
      readers: () => READERS,
      positionOf: ({ at }) => at,
      epochOf: ({ epoch }) => epoch,
      sizeOf: () => 1,
      follows,
      passOver: (_at, end) => end,
      page: async (_log, after) => {
        this.reads++;
        const page = this.messages.filter(({ at }) => at > after).slice(0, 2);
        await this.pause;
        return page;
      },
      heads: () => Promise.resolve(new Map([[3, this.head]])),
    };
  }
}

/** Collects the positions it is sent. */
function reader(hub: Hub): Connection & { readonly heard: number[] } {
  const heard: number[] = [];
  const connection = {
    id: 'reader',
    protocol: 'rooms' as const,
    encoder: { encode: (event: HubEvent) => ({ length: 0, at: (event as Message).at }) },
    principal: null,
    subscriptions: null as Set<Channel> | null,
    closed: false,
    heard,
    send: (frame: unknown) => heard.push((frame as { at: number }).at),
    close: () => undefined,
    signal: () => undefined,
  };
  void hub.subscribe(connection, READERS);
  return connection;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

const POLICIES = [
  ['offsets without a gap', (event: Message, at: number) => event.at === at + 1],
  ['the message before', (event: Message, at: number) => event.previous <= at],
] as const;

describe.each(POLICIES)('a feed ordered by %s', (_name, follows) => {
  let hub: Hub;
  let log: FakeLog;
  let feed: OrderedFeed<Message>;
  beforeEach(() => {
    hub = new Hub(new InProcessBroker());
    log = new FakeLog();
    feed = new OrderedFeed(3, log.kind(follows), hub);
  });
  const stored = (...messages: Message[]) => log.messages.push(...messages);

  it('passes on what comes in order at once, without asking the database', () => {
    const { heard } = reader(hub);
    feed.begin(headOf(10));
    for (const at of [11, 12, 11]) feed.heard(message(at));
    expect([heard, log.reads]).toEqual([[11, 12], 0]);
  });

  it('reads what another node has stored but not announced yet, and passes on nothing twice', async () => {
    const { heard } = reader(hub);
    feed.begin(headOf(10));
    stored(message(11), message(12), message(13));
    feed.heard(message(13));
    await settled();
    for (const at of [12, 11, 14]) feed.heard(message(at));
    expect(heard).toEqual([11, 12, 13, 14]);
  });

  it('finds what a node stored before it died without announcing it', async () => {
    const { heard } = reader(hub);
    feed.begin(headOf(0));
    stored(message(1), message(2), message(3));
    feed.headIs(headOf(3));
    await settled();
    expect(heard).toEqual([1, 2, 3]);
  });

  it('skips what was deleted meanwhile', async () => {
    const { heard } = reader(hub);
    feed.begin(headOf(0));
    feed.headIs(headOf(7));
    await settled();
    feed.heard(message(8));
    expect([heard, feed.position]).toEqual([[8], 8]);
  });

  it('skips nothing that was stored while it was reading', async () => {
    const { heard } = reader(hub);
    feed.begin(headOf(0));
    let goOn = (): void => undefined;
    log.pause = new Promise((resolve) => (goOn = resolve));
    feed.headIs(headOf(2));
    // The page is empty: both were deleted. Meanwhile two more are stored, and announced in the wrong order.
    stored(message(3), message(4));
    feed.heard(message(4));
    goOn();
    await settled();
    expect(heard).toEqual([3, 4]);
  });

  it('keeps what comes before it knows its start', () => {
    const { heard } = reader(hub);
    for (const at of [11, 10]) feed.heard(message(at));
    feed.begin(headOf(10));
    expect(heard).toEqual([11]);
  });

  it('starts over with the log', async () => {
    const { heard } = reader(hub);
    feed.begin(headOf(10));
    log.head = headOf(2, 'f');
    stored(message(1, 0, 'f'), message(2, 1, 'f'));
    feed.heard(message(2, 1, 'f'));
    await settled();
    expect([heard, feed.epoch]).toEqual([[1, 2], 'f']);
  });

  it('admits a reader that has caught up without gap or repetition', async () => {
    feed.begin(headOf(0));
    feed.beginCatchUp();
    for (const at of [1, 2]) feed.heard(message(at));
    const late = reader(hub);
    hub.detach(late);
    expect(feed.join(late, 1)).toBeUndefined();
    feed.heard(message(3));
    expect(late.heard).toEqual([2, 3]);
    feed.caughtUp();
    const later = reader(hub);
    hub.detach(later);
    expect(feed.join(later, 1)).toBe(false);
    stored(message(4));
    await feed.reach(4);
    expect(feed.join(later, 4)).toBeUndefined();
  });
});

describe('a feed ordered by the message before', () => {
  it('continues across jumps in the positions', () => {
    const hub = new Hub(new InProcessBroker());
    const feed = new OrderedFeed(3, new FakeLog().kind(POLICIES[1][1]), hub);
    const { heard } = reader(hub);
    feed.begin(headOf(10));
    feed.heard(message(12, 10));
    feed.heard(message(20, 15));
    feed.heard(message(15, 12));
    expect(heard).toEqual([12, 15, 20]);
  });
});
