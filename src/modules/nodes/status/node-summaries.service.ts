import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '../../observability/metrics.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { BusHealth, type BusState } from '../../realtime/ports/bus-health.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { NodeBoard } from '../../realtime/ports/node-board.js';
import { type StoreKey, storeKey } from '../../realtime/ports/store-key.js';
import { OwnStatus } from './own-status.service.js';

const EVERY_MS = 5_000;
/** Two writes may fail before it expires. */
const KEPT = { ttlMs: 3 * EVERY_MS } as const;
const keyOf = (name: string): StoreKey<NodeSummary> => storeKey('nodes', 'summary', name);

/** A link to something that all nodes share. */
export interface NodeLink {
  readonly up: boolean;
  /** Round-trip time of the last heartbeat, in milliseconds; `null` when it did not arrive. */
  readonly latencyMs: number | null;
}

/** The state of a node, beyond what its heartbeat says. Survives JSON. */
export interface NodeSummary {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly uptimeSeconds: number;
  /** In bytes. */
  readonly memory: { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number };
  /** Share of one core, since the previous summary. */
  readonly cpu: number;
  readonly eventLoop: { readonly p50Ms: number; readonly p99Ms: number };
  readonly bus: { readonly state: BusState; readonly heardMsAgo: number | null };
  readonly queues: {
    readonly inboundMessages: number;
    readonly outboundBytes: number;
    readonly storeCharacters: number;
  };
  /** Whether frames are sent through the native sender. */
  readonly nativeSend: boolean;
  readonly database: NodeLink;
  /** `null` when there is only one node. */
  readonly redis: NodeLink | null;
}

/** Summaries of all nodes. Each node writes its own where all can read it, so that nobody needs to be asked. */
@Injectable()
export class NodeSummaries implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private used = process.cpuUsage();
  private usedAt = performance.now();
  private cpu = 0;

  constructor(
    private readonly store: EphemeralStore,
    private readonly board: NodeBoard,
    private readonly identity: NodeIdentity,
    private readonly status: OwnStatus,
    private readonly bus: BusHealth,
    private readonly sockets: SocketMetrics,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.write();
    this.timer = setInterval(() => {
      this.write();
    }, EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @throws AppError `broker_unavailable` for another node's summary while the shared state is away */
  async of(name: string): Promise<NodeSummary | undefined> {
    return name === this.identity.name ? this.own() : this.store.get(keyOf(name));
  }

  private write(): void {
    this.measure();
    if (!this.board.shared) return;
    // While the shared state is away, nobody can be told; the next round tries again.
    this.store.swap(keyOf(this.identity.name), this.own(), KEPT).catch(() => undefined);
  }

  private measure(): void {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.used);
    const elapsed = now - this.usedAt;
    if (elapsed > 0) this.cpu = round((user + system) / 1_000 / elapsed, 1_000);
    this.used = process.cpuUsage();
    this.usedAt = now;
  }

  private own(): NodeSummary {
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    const { databaseUp, databaseMs, boardMs } = this.status;
    return {
      at: Date.now(),
      uptimeSeconds: Math.floor(process.uptime()),
      memory: { rss, heapUsed, heapTotal },
      cpu: this.cpu,
      eventLoop: this.metrics.loopDelays.read(),
      bus: { state: this.bus.state, heardMsAgo: this.status.read().busAge },
      queues: {
        inboundMessages: this.sockets.inboundQueued(),
        outboundBytes: this.sockets.queueBytes(),
        storeCharacters: this.sockets.storeQueued(),
      },
      nativeSend: this.sockets.nativeSend,
      database: linkOf(databaseUp, databaseMs),
      redis: this.board.shared ? linkOf(this.board.connected, boardMs) : null,
    };
  }
}

const linkOf = (up: boolean, ms: number | null): NodeLink => ({ up, latencyMs: ms === null ? null : round(ms, 100) });
const round = (value: number, to: number): number => Math.round(value * to) / to;
