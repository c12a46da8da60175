import { Injectable } from '@nestjs/common';
import { DelayWindow } from './delay-window.js';

/**
 * What one protocol's sockets have done on this node since it started. Plain members, so that the message path pays one
 * increment; only read for `/metrics`.
 */
export interface SocketTraffic {
  /** Currently open; maintained by the transport. */
  connections: number;
  // Frames received and sent, not counting control frames.
  messagesIn: number;
  messagesOut: number;
  // Payload bytes received, bytes written.
  bytesIn: number;
  bytesOut: number;
}

/** Lengths of queues, computed on demand. */
export interface SocketQueues {
  /** Received messages waiting their turn, over all connections. */
  inboundQueued?(): number;
  /** Bytes waiting for slow readers, over all connections. */
  queueBytes?(): number;
  /** Characters of messages waiting to be stored. */
  storeQueued?(): number;
}

/** Deliveries timed within ten seconds, at most. */
const TIMED_DELIVERIES = 200;

/** Clients choose their close codes; only these get a series of their own, so that nobody can inflate the metrics. */
const KNOWN_CODES: ReadonlySet<number> = new Set([
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4000, 4008, 4029,
]);

/** Counters kept by the transport; Prometheus series are made from them on collection. */
@Injectable()
export class SocketMetrics {
  /** By protocol. */
  readonly traffic = new Map<string, SocketTraffic>();
  /** Closed connections by `<protocol> <code>`; unknown codes count as `other`. */
  readonly closes = new Map<string, number>();
  /** Refused handshakes of sockets, by status. */
  readonly refusals = new Map<string, number>();
  /** Whether frames are sent in native calls, one per turn. */
  nativeSend = false;
  /** How long recent deliveries took, from receipt to write. */
  readonly deliveries = new DelayWindow(TIMED_DELIVERIES);
  private readonly queues: SocketQueues[] = [];
  private observeDelivery: ((seconds: number) => void) | null = null;

  /** The counters of `protocol`, always the same object: keep it and increment its members. */
  of(protocol: string): SocketTraffic {
    let traffic = this.traffic.get(protocol);
    if (traffic === undefined) {
      traffic = { connections: 0, messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 };
      this.traffic.set(protocol, traffic);
    }
    return traffic;
  }

  /** @param code close code of plain WebSocket, or the reason of a transport that has none */
  recordClose(protocol: string, code: number | string): void {
    const label = typeof code === 'string' || KNOWN_CODES.has(code) ? code : 'other';
    const key = `${protocol} ${label}`;
    this.closes.set(key, (this.closes.get(key) ?? 0) + 1);
  }

  /** @param status with which a handshake was refused */
  recordRefusal(status: number): void {
    const label = String(status);
    this.refusals.set(label, (this.refusals.get(label) ?? 0) + 1);
  }

  /** @param ms from the receipt of a frame to the write of what it led to */
  recordDelivery(ms: number): void {
    this.deliveries.add(ms);
    this.observeDelivery?.(ms / 1_000);
  }

  /** Also calls `observe` for each timed delivery from now on. */
  onDelivery(observe: (seconds: number) => void): void {
    this.observeDelivery = observe;
  }

  /** Adds queues to the sums. */
  registerQueues(queues: SocketQueues): void {
    this.queues.push(queues);
  }

  inboundQueued(): number {
    return this.queues.reduce((sum, queues) => sum + (queues.inboundQueued?.() ?? 0), 0);
  }

  queueBytes(): number {
    return this.queues.reduce((sum, queues) => sum + (queues.queueBytes?.() ?? 0), 0);
  }

  storeQueued(): number {
    return this.queues.reduce((sum, queues) => sum + (queues.storeQueued?.() ?? 0), 0);
  }
}
