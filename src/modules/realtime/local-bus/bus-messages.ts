import { type Channel } from '../channel.js';
import { type PresenceMember, type UpdateOptions } from '../presence.js';
import { type EphemeralValue, type LifeTime } from '../ephemeral-store.js';
import { type RateLimit } from '../rate-limiter.js';

/** What a worker asks of the stores that the primary keeps: method and arguments, as the ports name them. */
export type BusCall =
  | readonly [method: 'store.get' | 'store.take', key: string]
  | readonly [method: 'store.claim' | 'store.swap', key: string, value: EphemeralValue, life: LifeTime | undefined]
  | readonly [
      method: 'store.replace',
      key: string,
      from: EphemeralValue,
      to: EphemeralValue,
      life: LifeTime | undefined,
    ]
  | readonly [method: 'store.release', key: string, value: EphemeralValue]
  | readonly [method: 'store.swapAll', keys: readonly string[], value: EphemeralValue, life: LifeTime | undefined]
  | readonly [method: 'store.releaseAll', keys: readonly string[], value: EphemeralValue]
  | readonly [method: 'store.increment', key: string, by: number, options: (LifeTime & { limit?: number }) | undefined]
  | readonly [method: 'presence.enter', channel: Channel, member: PresenceMember]
  | readonly [method: 'presence.update', channel: Channel, member: PresenceMember, options: UpdateOptions | undefined]
  | readonly [method: 'presence.leave' | 'presence.get', channel: Channel, id: string]
  | readonly [method: 'presence.list' | 'presence.count', channel: Channel]
  | readonly [method: 'limiter.take', key: string, limit: RateLimit]
  | readonly [method: 'board.beat', incarnation: string, text: string]
  | readonly [method: 'board.claimRelease', incarnation: string, by: string]
  | readonly [method: 'board.remove' | 'board.released' | 'board.isTakenForDead', incarnation: string];

/** What a worker tells the primary. Envelopes travel beside, as bytes that only workers look into. */
export type ToPrimary =
  | readonly [op: 'subscribe', channel: Channel, call: number]
  | readonly [op: 'unsubscribe', channel: Channel]
  /** Followed by `size` bytes of the batch. */
  | readonly [op: 'publish', channel: Channel, size: number]
  | readonly [op: 'call', call: number, what: BusCall]
  /** The handlers have heard of a lost member. */
  | readonly [op: 'told', lost: number]
  /** The handlers for lost members are there. */
  | readonly [op: 'ready'];

/** What the primary tells a worker. */
export type ToWorker =
  /** Followed by `size` bytes of the batch. */
  | readonly [op: 'deliver', channel: Channel, size: number]
  /** Here, in the one order, comes the oldest of its own envelopes that were published on a channel it listens on. */
  | readonly [op: 'own']
  | readonly [op: 'answer', call: number, value: unknown]
  | readonly [op: 'failure', call: number, message: string]
  | readonly [op: 'lost', lost: number, channel: Channel, member: PresenceMember];

/** What one side says in one turn of its event loop. */
export interface Batch<Op> {
  readonly ops: readonly Op[];
  /** What the operations with a size refer to, one behind the other. */
  readonly bytes: Uint8Array;
}

/** One direction of a channel between two processes: whole messages, in order. */
export interface BusLink<Op> {
  /** Never throws. `done` is called, later, when it was handed to the kernel or cannot be any more. */
  send(batch: Batch<Op>, done: () => void): void;
}
