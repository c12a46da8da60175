import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { PROTOCOLS } from '../../realtime/connection.js';
import { SocketMetrics, type SocketTraffic } from '../../observability/socket-metrics.js';

const SAMPLE_MS = 2_000;
/** The window over which rates are taken, in samples. */
const SAMPLES = 5;
export const WINDOW_SECONDS = (SAMPLE_MS * SAMPLES) / 1_000;

/** Traffic of one protocol's sockets: counters since the start, and recent rates per second. */
export interface ProtocolTraffic extends SocketTraffic {
  readonly messagesInPerSecond: number;
  readonly messagesOutPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
}

type Counters = ReadonlyMap<string, SocketTraffic>;
const NONE: SocketTraffic = { connections: 0, messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 };

/** This node's traffic per second, over the last ten seconds. */
@Injectable()
export class TrafficRates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly samples: { readonly at: number; readonly counters: Counters }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly sockets: SocketMetrics) {}

  onApplicationBootstrap(): void {
    this.sample();
    this.timer = setInterval(() => {
      this.sample();
    }, SAMPLE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Includes protocols that nobody has used yet. */
  read(now = performance.now()): Record<string, ProtocolTraffic> {
    const [oldest] = this.samples;
    const seconds = oldest === undefined ? 0 : (now - oldest.at) / 1_000;
    const result: Record<string, ProtocolTraffic> = {};
    for (const protocol of PROTOCOLS) {
      const traffic = this.sockets.of(protocol);
      const before = oldest?.counters.get(protocol) ?? NONE;
      const rate = (name: keyof SocketTraffic): number =>
        seconds > 0 ? Math.round(((traffic[name] - before[name]) / seconds) * 100) / 100 : 0;
      result[protocol] = {
        ...traffic,
        messagesInPerSecond: rate('messagesIn'),
        messagesOutPerSecond: rate('messagesOut'),
        bytesInPerSecond: rate('bytesIn'),
        bytesOutPerSecond: rate('bytesOut'),
      };
    }
    return result;
  }

  private sample(): void {
    const counters = new Map([...this.sockets.traffic].map(([protocol, traffic]) => [protocol, { ...traffic }]));
    this.samples.push({ at: performance.now(), counters });
    if (this.samples.length > SAMPLES) this.samples.shift();
  }
}
