import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channel } from '../realtime/channel.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { Hub } from '../realtime/fan-out/hub.js';
import { InProcessBroker } from '../realtime/in-process/in-process.broker.js';
import { Feeds } from './feeds.js';
import { type LogHead, type LogKind } from './log-kind.js';

interface Message extends HubEvent {
  readonly at: number;
  readonly epoch: string;
}

const LOG = 3;
const STORED = channel('stored', LOG);
const READERS = channel('readers', LOG);
const LOOK_MS = 1_000;
const LINGER_MS = 16 * LOOK_MS;

/** A log in the database, and a node with a record of what its readers hear. */
function setUp() {
  const hub = new Hub(new InProcessBroker());
  const messages: Message[] = [];
  const log = { head: { epoch: 'e', last: 0, floor: 0 } as LogHead, fails: false };
  const kind: LogKind<Message> = {
    stored: () => STORED,
    readers: () => READERS,
    positionOf: ({ at }) => at,
    epochOf: ({ epoch }) => epoch,
    sizeOf: () => 1,
    follows: ({ at }, position) => at === position + 1,
    passOver: (_at, end) => end,
    page: (_log, after) => Promise.resolve(messages.filter(({ at }) => at > after)),
    heads: () => (log.fails ? Promise.reject(new Error('away')) : Promise.resolve(new Map([[LOG, log.head]]))),
  };
  const heard: number[] = [];
  void hub.overhear(READERS, (event) => heard.push((event as Message).at));
  /** A node stores a message, and announces it unless it dies. */
  const store = (isTold = true): void => {
    const event: Message = { type: 'message', at: log.head.last + 1, epoch: log.head.epoch };
    messages.push(event);
    log.head = { ...log.head, last: event.at };
    if (isTold) hub.signal(STORED, event);
  };
  return { feeds: new Feeds(kind, hub), log, heard, store };
}

const looks = (times: number) => vi.advanceTimersByTimeAsync(times * LOOK_MS);

describe('the feeds of a node', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('continue for a while without readers, since other nodes learn later why those left', async () => {
    const { feeds, heard, store } = setUp();
    await feeds.hold(LOG);
    feeds.release(LOG);
    store();
    await looks(10);
    store(false);
    await looks(1);
    expect(heard).toEqual([1, 2]);
    await looks(LINGER_MS / LOOK_MS);
    store();
    await looks(2);
    expect(heard).toEqual([1, 2]);
    expect(feeds.get(LOG)).toBeUndefined();
  });

  it('stay for readers who come meanwhile', async () => {
    const { feeds, heard, store } = setUp();
    const first = await feeds.hold(LOG);
    feeds.release(LOG);
    await looks(14);
    expect(await feeds.hold(LOG)).toBe(first);
    await looks(2 * (LINGER_MS / LOOK_MS));
    store();
    expect(heard).toEqual([1]);
  });

  it('start at the end of the log for new readers, and at its beginning for earlier ones', async () => {
    const newcomer = setUp();
    newcomer.store();
    await newcomer.feeds.hold(LOG);
    newcomer.store();
    await looks(1);
    expect(newcomer.heard).toEqual([2]);
    const old = setUp();
    old.log.head = { epoch: 'e', last: 7, floor: 7 };
    old.store();
    old.store();
    await old.feeds.holdNew(LOG);
    await looks(1);
    expect(old.heard).toEqual([8, 9]);
  });

  it('start again after a failed start', async () => {
    const { feeds, log, heard, store } = setUp();
    log.fails = true;
    await expect(feeds.hold(LOG)).rejects.toThrow('away');
    expect(feeds.get(LOG)).toBeUndefined();
    log.fails = false;
    await feeds.hold(LOG);
    store();
    expect(heard).toEqual([1]);
  });
});
