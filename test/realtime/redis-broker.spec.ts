import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Channel, channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { partitionedName } from '../../src/modules/realtime/redis/bus/channel-name.js';
import { describeRedis, eventually, type RedisTestNode, repair, sleep, startRedisNode } from './node.js';

const A = channel('test', 1, 'a');
const B = channel('test', 1, 'b');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** What arrived at a node, by channel. */
class Inbox {
  readonly all: [Channel, number][] = [];
  on(on: Channel): number[] {
    return this.all.flatMap(([to, n]) => (to === on ? [n] : []));
  }
}

function listen(node: RedisTestNode): Inbox {
  const inbox = new Inbox();
  node.broker.bind((to, envelope) => {
    if (envelope.event) inbox.all.push([to, (envelope.event as HubEvent & { n: number }).n]);
  });
  return inbox;
}

const say = (node: RedisTestNode, to: Channel, n: number): void => {
  node.broker.publish(to, { kind: 'deliver', event: { type: 'test.event', n } as HubEvent });
};

describeRedis('RedisBroker on two nodes', ['single', 'cluster'], (redis, kind) => {
  let one: RedisTestNode, two: RedisTestNode;
  let here: Inbox, there: Inbox;

  beforeEach(async () => {
    one = await startRedisNode(redis().url);
    two = await startRedisNode(redis().url);
    here = listen(one);
    there = listen(two);
  }, 60_000);
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
  });

  it('delivers simultaneous publications in the same order on all nodes', async () => {
    await Promise.all([one.broker.subscribe(A), two.broker.subscribe(A)]);
    for (let n = 0; n < 300; n++) {
      say(one, A, n);
      say(two, A, 1_000 + n);
      if (n % 7 === 0) await sleep(0);
    }
    await eventually(() => here.on(A).length === 600 && there.on(A).length === 600, 10_000);
    expect(here.on(A)).toEqual(there.on(A));
    expect(here.on(A).filter((n) => n < 1_000)).toEqual(numbers(300));
  });

  it('keeps the order across channels of one tag, and sends one message per run of a turn', async () => {
    await Promise.all([two.broker.subscribe(A), two.broker.subscribe(B)]);
    const plan = [A, A, A, B, B, A];
    for (const [n, to] of plan.entries()) say(one, to, n);
    await eventually(() => there.all.length === plan.length);
    expect(there.all).toEqual(plan.map((to, n) => [to, n]));
    expect(one.broker.counts).toMatchObject({ published: 3, envelopesPublished: 6 });
    expect(two.broker.counts.received).toBe(3);
  });

  it('sends a node nothing from channels it does not listen to, and nothing twice', async () => {
    await Promise.all([one.broker.subscribe(A), two.broker.subscribe(B)]);
    say(one, A, 1);
    say(one, B, 2);
    await eventually(() => here.on(A).length === 1 && there.on(B).length === 1);
    await sleep(100);
    expect([here.all, there.all]).toEqual([[[A, 1]], [[B, 2]]]);
  });

  it('loses nothing between unsubscribing and subscribing again', async () => {
    await two.broker.subscribe(A);
    for (let round = 0; round < 4; round++) {
      two.broker.unsubscribe(A);
      // Rounds hit the subscription before, during and after its end.
      await sleep(round * 400);
      await two.broker.subscribe(A);
      say(one, A, round);
      await eventually(() => there.on(A).length === round + 1);
    }
    expect(there.on(A)).toEqual(numbers(4));
  });

  it('delivers to itself before Redis has confirmed its subscription, and only once', async () => {
    const confirmed = one.broker.subscribe(A);
    say(one, A, 1);
    await confirmed;
    say(one, A, 2);
    await eventually(() => here.on(A).includes(2));
    await sleep(100);
    expect(here.on(A)).toEqual([1, 2]);
  });

  it('drops what was in flight when the last listener left, however soon another one comes', async () => {
    await Promise.all([one.broker.subscribe(A), two.broker.subscribe(A)]);
    say(one, A, 1);
    one.broker.flush();
    one.broker.unsubscribe(A);
    say(one, A, 2);
    one.broker.flush();
    await one.broker.subscribe(A);
    await eventually(() => there.on(A).length === 2);
    await sleep(100);
    say(one, A, 3);
    await eventually(() => here.on(A).includes(3));
    expect(here.on(A)).toEqual([3]);
    expect(there.on(A)).toEqual([1, 2, 3]);
  });

  it('sends the rest of a turn when one of its events cannot leave this process', async () => {
    await Promise.all([one.broker.subscribe(A), two.broker.subscribe(B)]);
    one.broker.publish(A, { kind: 'deliver', event: { type: 'test.event', n: 1, no: () => undefined } as HubEvent });
    say(one, B, 2);
    await eventually(() => there.on(B).length === 1);
    expect(here.on(A)).toEqual([1]);
  });

  it('recovers by itself if its listening connections break', async () => {
    await Promise.all([one.broker.subscribe(A), two.broker.subscribe(A)]);
    for (const server of redis().servers) await server.send('CLIENT', 'KILL', 'TYPE', 'pubsub');
    say(two, A, 1);
    await eventually(() => there.on(A).length === 1);
    await eventually(async () => {
      say(one, A, 2);
      await sleep(50);
      return there.on(A).includes(2);
    }, 5_000);
  });

  it('says when it may have missed something, as soon as it hears again', async () => {
    await two.broker.subscribe(A);
    let heard = 0;
    const gap = new Promise<void>((resolve) => {
      two.broker.onGap(() => {
        // Everything published from here on arrives.
        say(one, A, ++heard);
        resolve();
      });
    });
    for (const server of redis().servers) await server.send('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await gap;
    await eventually(() => there.on(A).includes(1));
  });

  if (kind === 'cluster') {
    it('resubscribes to thousands of channels after a break with a few hundred commands', async () => {
      const many = Array.from({ length: 5_000 }, (_none, n) => channel('rooms', n, 'readers'));
      const asked = async (): Promise<number> => {
        let calls = 0;
        for (const server of redis().servers) {
          const stats = String(await server.send('INFO', 'commandstats'));
          calls += Number(/cmdstat_ssubscribe:calls=(\d+)/.exec(stats)?.[1] ?? 0);
        }
        return calls;
      };
      await Promise.all(many.map(async (to) => two.broker.subscribe(to)));
      const askedBefore = await asked();
      for (const server of redis().servers) await server.send('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const heard = (): Set<Channel> => new Set(there.all.map(([to]) => to));
      await eventually(async () => {
        const before = heard();
        for (const to of many) if (!before.has(to)) say(one, to, 1);
        await eventually(() => heard().size === many.length, 500).catch(() => undefined);
        return heard().size === many.length;
      }, 20_000);
      expect(new Set(many.map((to) => two.connection.shardOf(partitionedName(to)))).size).toBe(3);
      // 256 of the channels, and what else the two nodes listen to.
      expect((await asked()) - askedBefore).toBeLessThan(400);
    });
  }
});

describeRedis('RedisBroker without its server', ['single', 'cluster'], (redis) => {
  let one: RedisTestNode, two: RedisTestNode;
  let here: Inbox, there: Inbox;

  beforeEach(async () => {
    one = await startRedisNode(redis().url);
    two = await startRedisNode(redis().url);
    here = listen(one);
    there = listen(two);
    await Promise.all([one.broker.subscribe(A), two.broker.subscribe(A)]);
  }, 60_000);
  afterEach(async () => {
    await repair(redis());
    await Promise.all([one.close(), two.close()]);
  });

  it('keeps delivering to its own subscribers, in order and once, and recovers within 5 seconds of the return', async () => {
    for (let n = 0; n < 50; n++) say(one, A, n);
    await redis().kill();
    for (let n = 50; n < 100; n++) {
      say(one, A, n);
      await sleep(2);
    }
    await eventually(() => here.on(A).length >= 100, 5_000);
    // A subscription during the outage resolves, and works on this node at once.
    await one.broker.subscribe(B);
    say(one, B, 7);
    expect(here.on(B)).toEqual([7]);
    await redis().restart();
    const back = Date.now();
    await eventually(() => one.connection.up && two.connection.up, 5_000);
    await eventually(
      async () => {
        say(one, A, 1_000);
        await sleep(50);
        return there.on(A).includes(1_000);
      },
      5_000 - (Date.now() - back),
    );
    await two.broker.subscribe(B);
    say(two, B, 8);
    await eventually(() => here.on(B).includes(8));
    expect(here.on(A).filter((n) => n < 1_000)).toEqual(numbers(100));
  }, 20_000);

  it('reports once back that its publications may have reached nobody', async () => {
    let gaps = 0;
    one.broker.onGap(() => gaps++);
    await redis().kill();
    await eventually(() => !one.connection.up);
    say(one, A, 1);
    expect(gaps).toBe(0);
    await redis().restart();
    await eventually(() => gaps > 0, 5_000);
    await eventually(() => one.connection.up);
  });

  it('notices a hanging server, and delivers what was in flight exactly once', async () => {
    redis().pause();
    for (let n = 0; n < 20; n++) say(one, A, n);
    await eventually(() => here.on(A).length === 20, 5_000);
    expect(one.connection.shardOf('x')?.commands.up && one.connection.shardOf('x')?.subscriber.up).toBe(false);
    await redis().resume();
    await eventually(() => one.connection.up, 5_000);
    await eventually(async () => {
      say(two, A, 100);
      await sleep(50);
      return here.on(A).includes(100);
    }, 5_000);
    expect(here.on(A).filter((n) => n < 100)).toEqual(numbers(20));
  }, 20_000);

  it('starts without a server, and recovers when it comes up', async () => {
    await redis().kill();
    const { RedisConnection } = await import('../../src/modules/realtime/redis/connection/redis-connection.js');
    const { loadConfig } = await import('../../src/config/load-config.js');
    const connection = new RedisConnection(loadConfig({ REDIS_URL: redis().url, MEDIA_SHARED: 'true' }).redis!);
    try {
      await connection.start();
      expect(connection.up).toBe(false);
      await redis().restart();
      await eventually(() => connection.up, 5_000);
    } finally {
      connection.close();
    }
  }, 20_000);
});

describeRedis('RedisBroker behind sentinels', ['sentinel'], (redis) => {
  it('follows the new master, with the stored data', async () => {
    const nodes = [await startRedisNode(redis().url), await startRedisNode(redis().url)] as const;
    const [one, two] = nodes;
    const there = listen(two);
    try {
      await two.broker.subscribe(A);
      await one.store.claim('seat', 'mine');
      const master = await redis().master();
      await master.kill();
      await eventually(async () => (await redis().master()).port !== master.port, 20_000);
      await eventually(() => one.connection.up && two.connection.up, 10_000);
      await eventually(async () => {
        say(one, A, 1);
        await sleep(50);
        return there.on(A).includes(1);
      }, 10_000);
      expect(await two.store.get('seat')).toBe('mine');
      expect(await two.store.claim('seat', 'other')).toBe(false);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  }, 60_000);
});
