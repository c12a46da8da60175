import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { BusHealth } from '../../realtime/ports/bus-health.js';
import { channel, type Channel } from '../../realtime/channel.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { NodeBoard } from '../../realtime/ports/node-board.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { BusJudge } from './bus-judge.js';
import { Liveness } from './liveness.service.js';

const PROBE_MS = 1_000;
/** Answers a probe gets at most, about: with many nodes each answers now and then only. */
const ANSWERS = 5;

const PROBES = channel('nodes', 'probe');
const echoChannel = (node: string): Channel => channel('nodes', 'echo', node);

interface ProbeEvent extends HubEvent {
  readonly type: 'nodes.probe' | 'nodes.echo';
  readonly from: string;
}

/** Proves end to end, every second, that what this node publishes reaches the others and comes back. */
@Injectable()
export class BusProbe implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(BusProbe.name);
  private readonly judge = new BusJudge();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly board: NodeBoard,
    private readonly health: BusHealth,
    private readonly liveness: Liveness,
    private readonly identity: NodeIdentity,
    private readonly clock: MonotonicClock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.board.shared) return;
    this.health.state = 'ok';
    await this.hub.listen(PROBES, this.heard);
    await this.hub.listen(echoChannel(this.identity.name), this.heard);
    this.probe();
    this.timer = setInterval(() => {
      this.look();
      this.probe();
    }, PROBE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { health } = this;
    const before = health.state;
    health.state = this.judge.judge(performance.now(), this.board.connected, this.liveness.others());
    if (health.state === before) return;
    // Where it is away for all, whoever holds the connection says so.
    if (health.state === 'deaf') this.logger.warn('this node is deaf: others have the bus');
    else if (before === 'deaf') this.logger.log('this node is deaf no more');
  }

  private probe(): void {
    this.hub.signal(PROBES, { type: 'nodes.probe', from: this.identity.name } as ProbeEvent);
  }

  private readonly heard = (event: HubEvent): void => {
    const { type, from } = event as ProbeEvent;
    if (type === 'nodes.echo') {
      this.judge.answered(performance.now());
    } else if (from !== this.identity.name) {
      this.answer(from);
    } else if (this.board.connected) {
      this.judge.echoed(performance.now());
      this.health.heardAt = this.clock.elapsed();
    }
  };

  private answer(to: string): void {
    if (Math.random() * this.liveness.others().length > ANSWERS) return;
    this.hub.signal(echoChannel(to), { type: 'nodes.echo', from: this.identity.name } as ProbeEvent);
  }
}
