import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Hub } from './hub.js';

/** Length of one stretch; "lately" means the current stretch and the one before. */
const STRETCH_MS = 30_000;

/** What an id stands for, in words for people. */
export interface DeliverySubject {
  readonly label: string;
  readonly applicationId?: number;
}

type Describe = (ids: readonly number[]) => Promise<ReadonlyMap<number, DeliverySubject>>;

/** A kind of thing that messages are delivered in. Its channels are named `<feature>:<id>…`. */
interface Kind {
  readonly feature: string;
  readonly describe: Describe;
}

/**
 * How many messages this node delivered to subscribers lately, grouped by what their channels belong to. For admin
 * views.
 */
@Injectable()
export class Deliveries implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly kinds = new Map<string, Kind>();
  private timer: NodeJS.Timeout | undefined;
  private since = performance.now();
  private last = this.since;

  constructor(private readonly hub: Hub) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.turn();
    }, STRETCH_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  know(kind: string, feature: string, describe: Describe): void {
    this.kinds.set(kind, { feature, describe });
  }

  /** Describes those of `ids` that still exist. */
  async describe(kind: string, ids: readonly number[]): Promise<ReadonlyMap<number, DeliverySubject>> {
    return (await this.kinds.get(kind)?.describe(ids)) ?? new Map();
  }

  /** How many seconds `top` covers. */
  get seconds(): number {
    return Math.max(1, Math.round((performance.now() - this.last) / 1_000));
  }

  /**
   * The ids with the most deliveries, at most `limit`, with their counts. Looks at each channel once; channels whose
   * last subscriber has left are not counted.
   */
  top(kind: string, limit: number): [id: number, deliveries: number][] {
    const feature = this.kinds.get(kind)?.feature;
    if (feature === undefined) return [];
    const sums = new Map<number, number>();
    for (const [channel, members] of this.hub.occupied) {
      const deliveries = members.deliveredLately(this.hub.stretch);
      if (deliveries === 0 || !channel.startsWith(`${feature}:`)) continue;
      const id = Number(channel.split(':', 2)[1]);
      if (Number.isInteger(id)) sums.set(id, (sums.get(id) ?? 0) + deliveries);
    }
    return [...sums].sort((a, b) => b[1] - a[1]).slice(0, limit);
  }

  /** Starts a new stretch. */
  turn(): void {
    this.hub.stretch++;
    this.last = this.since;
    this.since = performance.now();
  }
}
