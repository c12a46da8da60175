import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Envelope } from '../../src/modules/realtime/broker.js';
import { type Channel, channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/connection.js';
import { BatchSender } from '../../src/modules/realtime/local-bus/batch-sender.js';
import { type Batch } from '../../src/modules/realtime/local-bus/bus-messages.js';
import { type PresenceMember } from '../../src/modules/realtime/presence.js';
import { type BusWorker, TestBus } from '../support/local-bus.js';
import { eventually, sleep } from './node.js';

const A = channel('test', 'a');
const B = channel('test', 'b');
const deliver = (n: number, extra: object = {}): Envelope => ({
  kind: 'deliver',
  event: { type: 'test', n, ...extra } as HubEvent,
});

describe('the bus of the workers of one machine', () => {
  let bus: TestBus;
  let workers: BusWorker[];
  let heard: string[][];
  const worker = (n: number): BusWorker => workers[n]!;

  beforeEach(() => {
    bus = new TestBus();
    workers = [bus.worker(), bus.worker(), bus.worker()];
    heard = workers.map(() => []);
    for (const [n, { broker }] of workers.entries()) {
      broker.bind((on, envelope) => {
        heard[n]!.push(`${on} ${(envelope.event as unknown as { n: number }).n}`);
      });
    }
  });
  afterEach(() => {
    bus.close();
  });

  it('delivers to the workers that listen, and to no other', async () => {
    await worker(0).broker.subscribe(A);
    await worker(1).broker.subscribe(A);
    worker(2).broker.publish(A, deliver(1));
    await eventually(() => heard[0]!.length + heard[1]!.length === 2);
    worker(1).broker.unsubscribe(A);
    await worker(1).store.get('turn');
    worker(0).broker.publish(A, deliver(2));
    worker(0).broker.publish(B, deliver(3));
    await eventually(() => heard[0]!.length === 2);
    await sleep(20);
    expect(heard).toEqual([['test:a 1', 'test:a 2'], ['test:a 1'], []]);
  });

  it('has one order for all, over all channels, whoever publishes', async () => {
    for (const { broker } of workers) await Promise.all([broker.subscribe(A), broker.subscribe(B)]);
    for (let round = 0; round < 30; round++) {
      for (const [n, { broker }] of workers.entries()) {
        for (let i = 0; i < 10; i++) broker.publish(i % 3 === 0 ? B : A, deliver(round * 100 + n * 10 + i));
      }
      await sleep(round % 3);
    }
    await eventually(() => heard.every((each) => each.length === 900));
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[2]).toEqual(heard[0]);
  });

  it('keeps its own envelopes in order while it comes and goes on their channels', async () => {
    const { broker } = worker(0);
    void broker.subscribe(A);
    broker.publish(A, deliver(1));
    broker.unsubscribe(A);
    broker.publish(A, deliver(2));
    void broker.subscribe(B);
    broker.publish(A, deliver(3));
    broker.publish(B, deliver(4));
    void broker.subscribe(A);
    broker.publish(A, deliver(5));
    await eventually(() => heard[0]!.length === 3);
    expect(heard[0]).toEqual(['test:a 1', 'test:b 4', 'test:a 5']);
  });

  it('logs an event that cannot leave the process, and goes on', async () => {
    Logger.overrideLogger(false);
    await worker(0).broker.subscribe(A);
    worker(0).broker.publish(A, deliver(1, { not: () => undefined }));
    worker(0).broker.publish(A, deliver(2));
    await eventually(() => heard[0]!.length > 0);
    expect(heard[0]).toEqual(['test:a 2']);
  });

  it('shows what one worker stores to the others', async () => {
    expect(await worker(0).store.claim('k', { n: 1 })).toBe(true);
    expect(await worker(1).store.claim('k', { n: 2 })).toBe(false);
    expect(await worker(2).store.get('k')).toEqual({ n: 1 });
    const limit = { rate: 1, burst: 2 };
    expect(await worker(0).limiter.take('l', limit)).toBe(0);
    expect(await worker(1).limiter.take('l', limit)).toBe(0);
    expect(await worker(2).limiter.take('l', limit)).toBeGreaterThan(0);
  });

  it('releases what a dead worker wrote last without life time, and nothing else', async () => {
    await worker(0).store.claim('mine', 1);
    await worker(0).store.claim('timed', 1, { ttlMs: 60_000 });
    await worker(0).store.claim('taken over', 1);
    await worker(1).store.swap('taken over', 2);
    await worker(0).store.increment('counted', 1);
    await worker(1).store.claim('given', 1);
    await worker(0).store.replace('given', 1, 2);
    await worker(1).store.claim('kept', 1);
    await worker(0).store.replace('kept', 0, 2);
    await worker(0).store.swap('made timed', 1);
    await worker(0).store.swap('made timed', 2, { ttlMs: 60_000 });
    await worker(1).store.swapAll(['one of many', 'given back'], 1);
    await worker(0).store.swapAll(['one of many', 'given back', 'many timed'], 1);
    await worker(0).store.swapAll(['many timed'], 2, { ttlMs: 60_000 });
    await worker(0).store.releaseAll(['given back'], 1);
    await worker(1).store.claim('given back', 2);
    await worker(0).die();
    const { store } = worker(2);
    const keys = ['mine', 'timed', 'taken over', 'counted', 'given', 'kept', 'made timed'];
    expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual([undefined, 1, 2, undefined, undefined, 1, 2]);
    const many = ['one of many', 'given back', 'many timed'];
    expect(await Promise.all(many.map((key) => store.get(key)))).toEqual([undefined, 2, 2]);
  });

  describe('when a worker dies with members', () => {
    let lost: [worker: number, channel: Channel, member: PresenceMember][];

    beforeEach(() => {
      lost = [];
      for (const [n, { presence }] of workers.entries()) {
        presence.onLost('test:', (on, member) => void lost.push([n, on, member]));
      }
    });

    it('removes them, and tells one of the others once, in the order they came', async () => {
      for (const id of ['z', 'a', 'm']) await worker(0).presence.enter(A, { id, data: { of: id } });
      await worker(1).presence.enter(A, { id: 'stays', data: 0 });
      await worker(0).presence.enter(B, { id: 'left', data: 0 });
      await worker(1).presence.leave(B, 'left');
      await worker(0).die();
      await eventually(() => lost.length === 3);
      await sleep(20);
      expect(lost).toEqual(['z', 'a', 'm'].map((id) => [1, A, { id, data: { of: id } }]));
      expect(await worker(2).presence.list(A)).toEqual([{ id: 'stays', data: 0 }]);
    });

    it('leaves a member alone that another worker has adopted, and takes one it has adopted', async () => {
      await worker(0).presence.enter(A, { id: 'saved', data: 0 });
      await worker(1).presence.update(A, { id: 'saved', data: 1 }, { adopt: true });
      await worker(1).presence.enter(A, { id: 'taken', data: 0 });
      await worker(0).presence.update(A, { id: 'taken', data: 1 }, { adopt: true });
      await worker(1).presence.enter(A, { id: 'changed', data: 0 });
      await worker(0).presence.update(A, { id: 'changed', data: 1 });
      await worker(0).die();
      await eventually(() => lost.length > 0);
      expect(await worker(2).presence.list(A)).toEqual([
        { id: 'saved', data: 1 },
        { id: 'changed', data: 1 },
      ]);
    });

    it('waits for one handler before the next of the same channel', async () => {
      const steps: string[] = [];
      worker(1).presence.onLost('test:a', async (_, { id }) => {
        steps.push(`${id} begins`);
        await sleep(10);
        steps.push(`${id} ends`);
      });
      for (const id of ['x', 'y']) await worker(0).presence.enter(A, { id, data: 0 });
      await worker(0).die();
      await eventually(() => steps.length === 4);
      expect(steps).toEqual(['x begins', 'x ends', 'y begins', 'y ends']);
    });

    it('tells another worker when the one that was told dies before it is done', async () => {
      worker(1).presence.onLost('test:a', () => new Promise<void>(() => undefined));
      await worker(0).presence.enter(A, { id: 'x', data: 0 });
      await worker(0).die();
      await eventually(() => lost.length === 1);
      await worker(1).die();
      await eventually(() => lost.length === 2);
      expect(lost.map(([n]) => n)).toEqual([1, 2]);
    });

    it('keeps it until a worker is there that listens', async () => {
      await worker(0).presence.enter(A, { id: 'x', data: 0 });
      for (const each of workers) await each.die();
      const late = bus.worker({ ready: false });
      const told: string[] = [];
      expect(await late.presence.count(A)).toBe(0);
      late.presence.onLost('test:', (_, { id }) => void told.push(id));
      expect(told).toEqual([]);
      late.bus.ready();
      await eventually(() => told.length === 1);
    });
  });

  it('takes the heartbeat of a dead worker off the board, and lets nobody release a living one', async () => {
    await worker(0).board.beat('zero', 'a');
    const [first] = await worker(1).board.beat('one', 'b');
    expect(first).toEqual({ incarnation: 'zero', text: 'a', age: expect.any(Number) });
    expect(await worker(1).board.claimRelease('zero', 'one')).toBe('busy');
    await worker(0).die();
    expect((await worker(1).board.beat('one', 'b')).map(({ incarnation }) => incarnation)).toEqual(['one']);
    expect(await worker(1).board.claimRelease('zero', 'one')).toBe('mine');
    expect(await worker(2).board.claimRelease('zero', 'two')).toBe('busy');
    expect(await worker(2).board.isTakenForDead('zero')).toBe(true);
    await worker(1).board.released('zero');
    expect(await worker(2).board.claimRelease('zero', 'two')).toBe('done');
  });

  it('refuses calls, and drops messages, when the primary does not read', async () => {
    Logger.overrideLogger(false);
    const { LocalBus } = await import('../../src/modules/realtime/local-bus/local-bus.js');
    const deaf = new LocalBus({ send: () => undefined });
    const big = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 70; i++) deaf.publish(A, deliver(i, { big }));
    await expect(deaf.call('store.get', 'k')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('BatchSender', () => {
  it('sends what is said in one turn as one batch, and gathers while the kernel is busy', async () => {
    const batches: Batch<number>[] = [];
    const done: (() => void)[] = [];
    const sender = new BatchSender<number>({
      send: (batch, sent) => {
        batches.push(batch);
        done.push(sent);
      },
    });
    for (let n = 0; n < 3; n++) sender.add(n, Buffer.from([n]));
    await sleep(2);
    expect(batches).toEqual([{ ops: [0, 1, 2], bytes: Buffer.from([0, 1, 2]) }]);
    for (let n = 3; n < 20; n++) {
      sender.add(n);
      await sleep(2);
    }
    expect(batches).toHaveLength(4);
    expect(sender.waitingBytes).toBeGreaterThan(0);
    for (const sent of done) sent();
    await sleep(2);
    expect(batches.flatMap(({ ops }) => ops)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(sender.waitingBytes).toBe(0);
  });
});
