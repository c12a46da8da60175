import { beforeEach, describe, expect, it } from 'vitest';
import { Hub } from '../../realtime/hub.js';
import { InProcessBroker } from '../../realtime/in-process.broker.js';
import { type Channel } from '../../realtime/channel.js';
import { type Connection, type HubEvent } from '../../realtime/connection.js';
import { conversationChannel } from '../circles.channels.js';
import { type MessageEvent } from '../circles.events.js';
import { ConversationFeed } from './conversation-feed.js';

const message = (id: number, previousId: number): MessageEvent => ({
  type: 'circles.message',
  message: { id, conversationId: 3, linkId: 1, content: `${id}`, sentAt: 0, media: [], clientMessageId: null },
  sender: null,
  status: 'done',
  previousId,
});

/** Collects the ids it is sent. */
function socket(hub: Hub): Connection & { readonly ids: number[] } {
  const ids: number[] = [];
  const connection = {
    id: 'socket',
    protocol: 'circles' as const,
    encoder: { encode: (event: HubEvent) => ({ length: 0, id: (event as MessageEvent).message.id }) },
    principal: null,
    subscriptions: null as Set<Channel> | null,
    closed: false,
    ids,
    send: (frame: unknown) => ids.push((frame as { id: number }).id),
    close: () => undefined,
    signal: () => undefined,
  };
  void hub.subscribe(connection, conversationChannel(3));
  return connection;
}

describe('the feed of a conversation', () => {
  let hub: Hub;
  let database: MessageEvent[];
  let reads: number;
  let feed: ConversationFeed;
  beforeEach(() => {
    hub = new Hub(new InProcessBroker());
    database = [];
    reads = 0;
    feed = new ConversationFeed(3, hub, (_id, after, take) => {
      reads++;
      return Promise.resolve(database.filter((event) => event.message.id > after).slice(0, take));
    });
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const stored = (...events: MessageEvent[]) => database.push(...events);

  it('tells what comes in order at once, without asking the database', () => {
    const { ids } = socket(hub);
    feed.begin(10);
    feed.signal(message(12, 10));
    feed.signal(message(15, 12));
    feed.signal(message(12, 10));
    expect([ids, reads]).toEqual([[12, 15], 0]);
  });

  it('reads what another node stored and has not told yet, and tells nothing twice', async () => {
    const { ids } = socket(hub);
    feed.begin(10);
    stored(message(11, 10), message(12, 11), message(13, 12));
    feed.signal(message(13, 12));
    await settled();
    feed.signal(message(12, 11));
    feed.signal(message(11, 10));
    feed.signal(message(14, 13));
    expect(ids).toEqual([11, 12, 13, 14]);
  });

  it('finds what a node stored that died before it told anybody', async () => {
    const { ids } = socket(hub);
    feed.begin(0);
    stored(message(1, 0), message(2, 1));
    feed.headIs(2);
    await settled();
    expect(ids).toEqual([1, 2]);
  });

  it('passes over what was deleted meanwhile', async () => {
    const { ids } = socket(hub);
    feed.begin(0);
    feed.headIs(7);
    await settled();
    feed.signal(message(8, 7));
    expect([ids, feed.position]).toEqual([[8], 8]);
  });

  it('keeps what comes before it knows where it begins', () => {
    const { ids } = socket(hub);
    feed.signal(message(12, 10));
    feed.signal(message(10, 9));
    feed.begin(10);
    expect(ids).toEqual([12]);
  });

  it('lets a socket that catches up in without gap and without repetition', async () => {
    feed.begin(0);
    feed.beginCatchUp();
    feed.signal(message(1, 0));
    feed.signal(message(2, 1));
    const late = socket(hub);
    hub.detach(late);
    expect(feed.join(late, 1)).toBeUndefined();
    feed.signal(message(3, 2));
    expect(late.ids).toEqual([2, 3]);
    feed.caughtUp();
    const later = socket(hub);
    hub.detach(later);
    expect(feed.join(later, 1)).toBe(false);
    stored(message(4, 3));
    await feed.reach(4);
    expect(feed.join(later, 4)).toBeUndefined();
  });
});
