import { type Channel } from './channel.js';
import { type DisconnectReason } from './disconnect-reason.js';
import { type HubEvent } from './hub-event.js';
import { type Principal } from './principal.js';

/** The five message languages of clients, and that of consoles. */
export const PROTOCOLS = ['services', 'rooms', 'circles', 'signaling', 'omikron', 'console'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One encoded unit, ready for the wire of the transport that made it. Opaque to the kernel; shared between receivers. */
export interface Frame {
  /** Bytes it costs in an outbound queue. */
  readonly length: number;
}

/**
 * Turns events into frames. One instance per protocol and transport: the hub encodes once per instance,
 * not once per connection.
 */
export interface EventEncoder {
  /** `null` when the event has no frame in this protocol. Pure; must not throw. */
  encode(event: HubEvent): Frame | null;
  /**
   * One frame that is sent like all of `frames`, one behind the other; there are two of them at least. With it the hub
   * visits the subscribers of a channel once a turn instead of once per event. Connections of such encoders call
   * `Hub.settle` before they send or close by themselves.
   */
  join?(frames: readonly Frame[]): Frame;
}

/** A part of the node itself that hears what is signalled on a channel. Never throws. */
export type Listener<E extends HubEvent = HubEvent> = (event: E) => void;

/** Hears what happens to a connection while somebody looks at it. Never throws. */
export type ConnectionWatcher = (what: 'refused' | 'slowed', detail: string) => void;

/**
 * One live client socket, whatever the transport.
 *
 * Ordering: frames leave in the order of `send`. Delivery: at most once; nothing is sent after `close`.
 * `send` and `close` never throw and never call back synchronously, so the hub may iterate while it sends.
 */
export interface Connection {
  /** Unique on this node and, with the node's name, in the cluster. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly encoder: EventEncoder;
  /** `null` until admitted. */
  readonly principal: Principal | null;
  /** Channels it listens on; kept by the hub, `null` until the first subscription. */
  subscriptions: Set<Channel> | null;
  readonly closed: boolean;
  /** Set only while somebody looks at this one connection, so that nobody else's messages pay for it. */
  watcher?: ConnectionWatcher | null;
  send(frame: Frame): void;
  /** Whether it takes `bytes` that it has not asked for: not when half of what may wait for it would. */
  takes?(bytes: number): boolean;
  /** Sends what is queued, then closes. Idempotent. */
  close(reason: DisconnectReason): void;
  /** A fact for the connection itself rather than for its client, e.g. changed settings of its tenant. */
  signal(event: HubEvent): void;
}
