import { type Channel } from './channel.js';
import { type DisconnectReason } from './disconnect-reason.js';
import { type HubEvent } from './hub-event.js';
import { type Principal } from './principal.js';

/** The five client protocols, and that of the admin console. */
export const PROTOCOLS = ['services', 'rooms', 'circles', 'signaling', 'omikron', 'console'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One encoded unit, ready for the transport that made it. Opaque to the kernel; shared between receivers. */
export interface Frame {
  /** Bytes it takes up in an outbound queue. */
  readonly length: number;
}

/**
 * Turns events into frames. There is one instance per protocol and transport; the hub encodes once per instance, not
 * once per connection.
 */
export interface EventEncoder {
  /** @returns `null` when the event has no frame in this protocol. Pure; must not throw. */
  encode(event: HubEvent): Frame | null;
  /**
   * Joins two or more frames into one that sends them in order. With it, the hub visits a channel's subscribers once
   * per event-loop turn instead of once per event. Connections with such an encoder call `Hub.settle` before they send
   * or close on their own.
   */
  join?(frames: readonly Frame[]): Frame;
}

/** A part of the node itself that hears what is signaled on a channel. Must not throw. */
export type Listener<E extends HubEvent = HubEvent> = (event: E) => void;

/** Hears what happens to a connection while an admin watches it. Must not throw. */
export type ConnectionWatcher = (what: 'refused' | 'slowed', detail: string) => void;

/**
 * One live client socket, whatever the transport.
 *
 * Ordering: frames leave in the order of `send`. Delivery: at most once; nothing is sent after `close`.
 * `send` and `close` never throw and never call back synchronously, so the hub may iterate while it sends.
 */
export interface Connection {
  /** Unique on this node; unique in the cluster together with the node's name. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly encoder: EventEncoder;
  /** `null` until admitted. */
  readonly principal: Principal | null;
  /** Channels it is subscribed to. The hub maintains this; `null` until the first subscription. */
  subscriptions: Set<Channel> | null;
  readonly closed: boolean;
  /** Set only while an admin watches this connection, so that other connections pay nothing for it. */
  watcher?: ConnectionWatcher | null;
  send(frame: Frame): void;
  /**
   * Whether it accepts `bytes` it has not asked for: false once they would fill more than half of its outbound queue.
   */
  takes?(bytes: number): boolean;
  /** Sends what is queued, then closes. Idempotent. */
  close(reason: DisconnectReason): void;
  /** Delivers a fact meant for the connection itself, not for its client, e.g. changed settings of its tenant. */
  signal(event: HubEvent): void;
}
