import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { BusHealth } from '../../realtime/ports/bus-health.js';
import { channel, type Channel } from '../../realtime/channel.js';
import { Broker } from '../../realtime/ports/broker.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { NodeBoard } from '../../realtime/ports/node-board.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { BusJudge, hearsBus } from './bus-judge.js';
import { Liveness } from './liveness.service.js';
import { askedIn } from './probe-ring.js';

const PROBE_MS = 1_000;
/** Others that a node asks with each probe: so many, however many there are, and others each time. */
const PEERS = 3;
/** Channels that a node may be probed on: enough that there is one on every shard of a large cluster. */
const WAYS = 256;

/** The number comes first, so that all nodes' channels of one number lie on the same shard. */
const wayTo = (node: string, way: number): Channel<ProbeEvent> => channel('nodes', way, 'probe', node);

interface ProbeEvent extends HubEvent {
  readonly type: 'nodes.probe' | 'nodes.echo';
  readonly from: string;
  readonly way: number;
}

/**
 * Proves end to end, every second, that what this node publishes comes back over every shard, and reaches others. What
 * that costs the bus grows with the nodes, not with their square: each hears itself and a few others.
 */
@Injectable()
export class BusProbe implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(BusProbe.name);
  private readonly judge = new BusJudge();
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;
  /** The numbers of the channels that this node listens on: one on each shard. */
  private ways = new Set<number>();
  /** Those on which no probe has come back since the last time that all had. */
  private awaited = new Set<number>();

  constructor(
    private readonly hub: Hub,
    private readonly broker: Broker,
    private readonly board: NodeBoard,
    private readonly health: BusHealth,
    private readonly liveness: Liveness,
    private readonly identity: NodeIdentity,
    private readonly clock: MonotonicClock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.board.shared) return;
    this.health.state = 'ok';
    await this.findWays();
    this.probe();
    this.timer = setInterval(() => {
      this.look();
      void this.findWays();
      this.probe();
    }, PROBE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { health } = this;
    const before = health.state;
    health.state = this.judge.judge(this.clock.elapsed(), this.board.connected, this.liveness.others());
    if (health.state === before) return;
    // When the bus is away for all nodes, the connection's owner logs it.
    if (health.state === 'deaf') this.logger.warn('this node is deaf: other nodes still reach the bus');
    else if (before === 'deaf') this.logger.log('this node is no longer deaf');
  }

  /** Listens on the first channel of each shard, as they are by now. */
  private async findWays(): Promise<void> {
    const { name } = this.identity;
    const first = new Map<unknown, number>();
    for (let way = 0; way < WAYS; way++) {
      const carrier = this.broker.carrierOf(wayTo(name, way));
      if (carrier !== undefined && !first.has(carrier)) first.set(carrier, way);
    }
    const before = this.ways;
    this.ways = new Set(first.values());
    for (const way of before) if (!this.ways.has(way)) this.hub.unlisten(wayTo(name, way), this.heard);
    this.awaited = new Set([...this.ways].filter((way) => this.awaited.has(way) || !before.has(way)));
    await Promise.all([...this.ways].map(async (way) => this.hub.listen(wayTo(name, way), this.heard)));
  }

  private probe(): void {
    const { name } = this.identity;
    const ways = [...this.ways];
    for (const way of ways) this.say('nodes.probe', name, way);
    const now = this.clock.elapsed();
    const others = this.liveness.others().filter((other) => hearsBus(now, other));
    const asked = askedIn(
      this.turn++,
      name,
      others.map(({ status }) => status.name),
      PEERS,
    );
    for (const [n, peer] of asked.entries()) this.say('nodes.probe', peer, ways[(this.turn + n) % ways.length] ?? 0);
  }

  private readonly heard = ({ type, from, way }: ProbeEvent): void => {
    if (type === 'nodes.echo') {
      this.judge.answered(this.clock.elapsed());
    } else if (from !== this.identity.name) {
      this.say('nodes.echo', from, way);
    } else if (this.board.connected) {
      this.awaited.delete(way);
      if (this.awaited.size > 0) return;
      this.awaited = new Set(this.ways);
      this.judge.echoed(this.clock.elapsed());
      this.health.heardAt = this.clock.elapsed();
    }
  };

  private say(type: ProbeEvent['type'], to: string, way: number): void {
    this.hub.signal(wayTo(to, way), { type, from: this.identity.name, way });
  }
}
