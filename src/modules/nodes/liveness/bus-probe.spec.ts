import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type Channel } from '../../realtime/channel.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { Broker, type Envelope, type EnvelopeHandler } from '../../realtime/ports/broker.js';
import { BusHealth } from '../../realtime/ports/bus-health.js';
import { type NodeBoard } from '../../realtime/ports/node-board.js';
import { BusProbe } from './bus-probe.service.js';
import { type Liveness } from './liveness.service.js';
import { type Heard } from './liveness-view.js';

const SECOND = 1_000;

/** A bus of several shards, which delivers what is published on a channel to its listeners. */
class CountingBus {
  readonly nodes: EnvelopeHandler[] = [];
  readonly listeners = new Map<Channel, Set<number>>();
  /** Shards that deliver nothing. */
  readonly dead = new Set<number>();
  /** Nodes that nothing is delivered to. */
  readonly deaf = new Set<number>();
  deliveries = 0;

  constructor(private readonly shards: number) {}

  /** Like the partitions of a cluster: by the number in the channel. */
  shardOf = (channel: Channel): number => Number(channel.split(':')[1]) % this.shards;

  node(): Broker {
    const { nodes, listeners } = this;
    const own = nodes.length;
    const shardOf = (channel: Channel): number => this.shardOf(channel);
    const carry = (channel: Channel, envelope: Envelope): void => {
      this.carry(channel, envelope);
    };
    return new (class extends Broker {
      bind(handler: EnvelopeHandler): void {
        nodes.push(handler);
      }
      subscribe(channel: Channel): void {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(own));
      }
      unsubscribe(channel: Channel): void {
        listeners.get(channel)?.delete(own);
      }
      publish(channel: Channel, envelope: Envelope): void {
        carry(channel, envelope);
      }
      override carrierOf(channel: Channel): unknown {
        return shardOf(channel);
      }
    })();
  }

  private carry(channel: Channel, envelope: Envelope): void {
    if (this.dead.has(this.shardOf(channel))) return;
    for (const to of this.listeners.get(channel) ?? []) {
      if (this.deaf.has(to)) continue;
      this.deliveries++;
      this.nodes[to]?.(channel, envelope);
    }
  }
}

describe('BusProbe', () => {
  let bus: CountingBus;
  let healths: BusHealth[];
  let probes: BusProbe[];

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    for (const probe of probes) probe.onApplicationShutdown();
    vi.useRealTimers();
  });

  /** `count` nodes, each of which knows the others' state at once. */
  async function start(count: number, shards = 1): Promise<void> {
    bus = new CountingBus(shards);
    [healths, probes] = [[], []];
    const clock = new SystemMonotonicClock();
    const identities = Array.from({ length: count }, () => new NodeIdentity());
    for (const identity of identities) {
      const health = new BusHealth();
      const others = (): Heard[] =>
        identities.flatMap(({ name }, n) => {
          if (name === identity.name) return [];
          const heardAt = healths[n]?.heardAt ?? null;
          const busAge = heardAt === null ? null : clock.elapsed() - heardAt;
          const state = healths[n]?.state === 'deaf' ? 'deaf' : 'ready';
          return [{ at: clock.elapsed(), status: { name, state, busAge } as Heard['status'] }];
        });
      const broker = bus.node();
      const board = { shared: true, connected: true } as NodeBoard;
      const liveness: Pick<Liveness, 'others'> = { others };
      probes.push(new BusProbe(new Hub(broker), broker, board, health, liveness as Liveness, identity, clock));
      healths.push(health);
    }
    await Promise.all(probes.map((probe) => probe.onApplicationBootstrap()));
  }

  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * SECOND);
  const states = (): string[] => healths.map(({ state }) => state);
  const all = (state: string): string[] => healths.map(() => state);

  it.each([
    [3, 1],
    [3, 3],
    [30, 1],
    [30, 3],
  ])('costs %i nodes on %i shards only a few deliveries per second each', async (count, shards) => {
    await start(count, shards);
    await pass(20);
    expect(states()).toEqual(all('ok'));
    bus.deliveries = 0;
    await pass(10);
    // Its own on each shard, and those to and from three others.
    const asked = Math.min(3, count - 1);
    expect(bus.deliveries / 10).toBe(count * (shards + 2 * asked));
  });

  it('tells a single deaf node among many that it is deaf, and that it no longer is', async () => {
    await start(30);
    await pass(20);
    bus.deaf.add(7);
    await pass(6);
    expect(states()).toEqual(all('ok').with(7, 'deaf'));
    bus.deaf.clear();
    await pass(2);
    expect(states()).toEqual(all('ok'));
  });

  it('detects a node that hears itself but none of the others', async () => {
    await start(30);
    await pass(20);
    const [alone] = bus.nodes;
    const shown = new Set([...bus.listeners].filter(([, nodes]) => nodes.has(0)).map(([channel]) => channel));
    // What others send to it is lost, and so are their answers.
    bus.nodes[0] = (channel, envelope) => {
      const { from } = envelope.event as HubEvent & { from: string };
      if (shown.has(channel) && channel.endsWith(from)) alone?.(channel, envelope);
    };
    await pass(7);
    expect(states()).toEqual(all('ok'));
    await pass(3);
    expect(states()).toEqual(all('ok').with(0, 'deaf'));
  });

  it('covers every shard: one that delivers nothing is noticed as quickly as all of them', async () => {
    await start(3, 8);
    await pass(20);
    for (const shard of [0, 3, 7]) {
      bus.dead.add(shard);
      await pass(6);
      expect(states()).toEqual(all('deaf'));
      bus.dead.clear();
      await pass(3);
      expect(states()).toEqual(all('ok'));
    }
  });

  it('follows its channels to another shard, and listens on no more than needed', async () => {
    await start(3, 2);
    await pass(5);
    const listened = () => [...bus.listeners.values()].reduce((sum, nodes) => sum + nodes.size, 0);
    expect(listened()).toBe(3 * 2);
    bus.shardOf = (channel) => (Number(channel.split(':')[1]) < 10 ? 0 : 1);
    await pass(5);
    expect([states(), listened()]).toEqual([all('ok'), 3 * 2]);
  });
});
