import { type Provider } from '@nestjs/common';
import { Broker, type Envelope, type EnvelopeHandler } from '../broker.js';
import { type Channel } from '../channel.js';
import { EphemeralStore, type EphemeralValue, inSlices, type LifeTime, sum } from '../ephemeral-store.js';
import { type BoardBeat, NodeBoard, type ReleaseClaim } from '../node-board.js';
import { Presence, type PresenceMember, type UpdateOptions } from '../presence.js';
import { type RateLimit, RateLimiter } from '../rate-limiter.js';
import { type LocalBus } from './local-bus.js';

/** The broker of a worker: all delivery, its own too, follows the primary's order. */
export class LocalBusBroker extends Broker {
  constructor(private readonly bus: LocalBus) {
    super();
  }

  bind(handler: EnvelopeHandler): void {
    this.bus.bind(handler);
  }

  subscribe(channel: Channel): Promise<void> {
    return this.bus.subscribe(channel);
  }

  unsubscribe(channel: Channel): void {
    this.bus.unsubscribe(channel);
  }

  publish(channel: Channel, envelope: Envelope): void {
    this.bus.publish(channel, envelope);
  }
}

/** The presence that the primary keeps: it sees itself when a worker has ended, and then tells another one. */
export class LocalBusPresence extends Presence {
  constructor(private readonly bus: LocalBus) {
    super();
    bus.bindLost((channel, member) => this.tellLost(channel, member));
  }

  enter(channel: Channel, member: PresenceMember): Promise<boolean> {
    return this.bus.call('presence.enter', channel, member);
  }

  update(channel: Channel, member: PresenceMember, options?: UpdateOptions): Promise<boolean> {
    return this.bus.call('presence.update', channel, member, options);
  }

  leave<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined> {
    return this.bus.call('presence.leave', channel, id);
  }

  get<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined> {
    return this.bus.call('presence.get', channel, id);
  }

  list<T>(channel: Channel): Promise<PresenceMember<T>[]> {
    return this.bus.call('presence.list', channel);
  }

  count(channel: Channel): Promise<number> {
    return this.bus.call('presence.count', channel);
  }

  /** The primary has done it by itself. */
  releaseNode(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** The short-lived facts that the primary keeps. */
export class LocalBusEphemeralStore extends EphemeralStore {
  constructor(private readonly bus: LocalBus) {
    super();
  }

  get<T extends EphemeralValue>(key: string): Promise<T | undefined> {
    return this.bus.call('store.get', key);
  }

  claim(key: string, value: EphemeralValue, life?: LifeTime): Promise<boolean> {
    return this.bus.call('store.claim', key, value, life);
  }

  swap<T extends EphemeralValue>(key: string, value: EphemeralValue, life?: LifeTime): Promise<T | undefined> {
    return this.bus.call('store.swap', key, value, life);
  }

  replace(key: string, from: EphemeralValue, to: EphemeralValue, life?: LifeTime): Promise<boolean> {
    return this.bus.call('store.replace', key, from, to, life);
  }

  take<T extends EphemeralValue>(key: string): Promise<T | undefined> {
    return this.bus.call('store.take', key);
  }

  release(key: string, value: EphemeralValue): Promise<boolean> {
    return this.bus.call('store.release', key, value);
  }

  /** In slices, so that nobody else's calls wait long behind them. */
  async swapAll(keys: readonly string[], value: EphemeralValue, life?: LifeTime): Promise<void> {
    await inSlices(keys, (slice) => this.bus.call('store.swapAll', slice, value, life));
  }

  async releaseAll(keys: readonly string[], value: EphemeralValue): Promise<number> {
    return sum(await inSlices(keys, (slice) => this.bus.call<number>('store.releaseAll', slice, value)));
  }

  increment(key: string, by: number, options?: LifeTime & { limit?: number }): Promise<number | undefined> {
    return this.bus.call('store.increment', key, by, options);
  }

  /** The primary has done it by itself. */
  releaseNode(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** The token buckets that the primary keeps. */
export class LocalBusRateLimiter extends RateLimiter {
  constructor(private readonly bus: LocalBus) {
    super();
  }

  take(key: string, limit: RateLimit): Promise<number> {
    return this.bus.call('limiter.take', key, limit);
  }
}

/** The heartbeats of the workers, which are nodes to each other; the primary takes those of the dead off at once. */
export class LocalBusNodeBoard extends NodeBoard {
  readonly shared = true;
  readonly connected = true;

  constructor(private readonly bus: LocalBus) {
    super();
  }

  beat(incarnation: string, text: string): Promise<BoardBeat[]> {
    return this.bus.call('board.beat', incarnation, text);
  }

  remove(incarnation: string): Promise<void> {
    return this.bus.call('board.remove', incarnation);
  }

  claimRelease(incarnation: string, by: string): Promise<ReleaseClaim> {
    return this.bus.call('board.claimRelease', incarnation, by);
  }

  released(incarnation: string): Promise<void> {
    return this.bus.call('board.released', incarnation);
  }

  isTakenForDead(incarnation: string): Promise<boolean> {
    return this.bus.call('board.isTakenForDead', incarnation);
  }
}

/** The ports of a worker for the container. */
export function localBusPorts(bus: LocalBus): Provider[] {
  return [
    { provide: Broker, useFactory: () => new LocalBusBroker(bus) },
    { provide: Presence, useFactory: () => new LocalBusPresence(bus) },
    { provide: EphemeralStore, useFactory: () => new LocalBusEphemeralStore(bus) },
    { provide: RateLimiter, useFactory: () => new LocalBusRateLimiter(bus) },
    { provide: NodeBoard, useFactory: () => new LocalBusNodeBoard(bus) },
  ];
}
