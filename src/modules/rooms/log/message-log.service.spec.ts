import { describe, expect, it } from 'vitest';
import { type Lifecycle } from '../../health/lifecycle.js';
import { type Channel } from '../../realtime/channel.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';
import { type Hub } from '../../realtime/fan-out/hub.js';
import { type AppendResult, type MessageLogRepository, type NewMessage } from './message-log.repository.js';
import { MessageLog } from './message-log.service.js';
import { type StoredMessageEvent } from '../rooms.events.js';

/** A database of one room that can be made to fail. */
class FakeRepository {
  readonly batches: string[][] = [];
  fail: (batch: readonly NewMessage[]) => Error | undefined = () => undefined;
  private last = 0;

  async append(batch: readonly NewMessage[]): Promise<AppendResult[]> {
    this.batches.push(batch.map(({ message }) => message));
    await new Promise((resolve) => setTimeout(resolve, 1));
    const error = this.fail(batch);
    if (error) throw error;
    return batch.map(() => ({ outcome: 'stored', offset: ++this.last, epoch: 'e' }));
  }
}

function setUp() {
  const repository = new FakeRepository();
  const told: number[] = [];
  const hub = { signal: (_channel: Channel, event: HubEvent) => told.push((event as StoredMessageEvent).place.offset) };
  let drain: (() => Promise<void> | void) | undefined;
  const lifecycle = { onDrain: (hook: () => Promise<void> | void) => (drain = hook) };
  const log = new MessageLog(
    repository as unknown as MessageLogRepository,
    hub as unknown as Hub,
    lifecycle as unknown as Lifecycle,
    new SocketMetrics(),
  );
  return { repository, told, log, drain: () => drain?.() };
}

const message = (text: string, key?: string): NewMessage => ({
  roomId: 1,
  message: text,
  identity: 'i',
  timestamp: 0,
  key: key === undefined ? undefined : { scope: 1, key: Buffer.from(key), digest: Buffer.from(text), lifeSeconds: 1 },
});

describe('MessageLog', () => {
  it('stores together what comes together, and gathers meanwhile', async () => {
    const { repository, log, told } = setUp();
    const first = [log.append(message('a')), log.append(message('b'))];
    await new Promise((resolve) => setImmediate(resolve));
    const second = [log.append(message('c')), log.append(message('d'))];
    expect((await Promise.all([...first, ...second])).map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    expect(repository.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(told).toEqual([1, 2, 3, 4]);
  });

  it('announces nothing and answers with an error if the database is away', async () => {
    const { repository, log, told } = setUp();
    repository.fail = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await expect(log.append(message('a'))).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(told).toEqual([]);
    repository.fail = () => undefined;
    expect(await log.append(message('b'))).toMatchObject({ outcome: 'stored' });
  });

  it('still stores the other messages if one cannot be stored', async () => {
    const { repository, log, told } = setUp();
    repository.fail = (batch) => (batch.some((each) => each.message === 'bad') ? new Error('secret SQL') : undefined);
    const results = await Promise.allSettled(
      [message('a'), message('bad'), message('b')].map((each) => log.append(each)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'internal_error' });
    expect(String((results[1] as PromiseRejectedResult).reason)).not.toContain('secret');
    expect(told).toEqual([1, 2]);
  });

  it('never has a key twice in a statement, and makes nothing else wait for that', async () => {
    const { repository, log } = setUp();
    await Promise.all([message('a', 'k'), message('a', 'k'), message('b')].map((each) => log.append(each)));
    expect(repository.batches).toEqual([['a', 'b'], ['a']]);
  });

  it('splits what is too large for one statement, in order', async () => {
    const { repository, log } = setUp();
    const big = (name: string) => name + 'x'.repeat(1_500_000);
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => log.append(message(big(name)))));
    expect(repository.batches.map((batch) => batch.map((text) => text[0]))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('refuses more than it can hold', async () => {
    const { log } = setUp();
    const huge = 'x'.repeat(20_000_000);
    const results = await Promise.allSettled(Array.from({ length: 9 }, () => log.append(message(huge))));
    expect(log.crowded).toBe(false);
    expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'unavailable' } },
      { reason: { code: 'unavailable' } },
    ]);
  });

  it('delays the drain until everything is stored', async () => {
    const { log, told, drain } = setUp();
    const stored = log.append(message('a'));
    await drain();
    expect(told).toEqual([1]);
    await stored;
    await drain();
  });
});
