import { Logger } from '@nestjs/common';
import { deserialize, serialize } from 'node:v8';
import { AppError } from '../../../common/errors/app-error.js';
import { type Envelope, type EnvelopeHandler } from '../broker.js';
import { type Channel } from '../channel.js';
import { type PresenceMember } from '../presence.js';
import { BatchSender } from './batch-sender.js';
import { type Batch, type BusCall, type BusLink, type ToPrimary, type ToWorker } from './bus-messages.js';
import { Fifo } from './fifo.js';

/** Bytes that may wait for the primary; above it, nothing new is taken. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** Answers that may be awaited at a time. */
const MOST_CALLS = 200_000;
/** Channels whose lost members are told of beside each other. */
const LANES = 16;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface OwnEnvelope {
  readonly channel: Channel;
  readonly envelope: Envelope;
}

/** A worker's end of the bus to its primary, which the workers' implementations of the ports share. */
export class LocalBus {
  private readonly logger = new Logger(LocalBus.name);
  private readonly sender: BatchSender<ToPrimary>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly subscribed = new Set<Channel>();
  /** What was published on channels we listen on, until the primary says that its turn has come. */
  private readonly own = new Fifo<OwnEnvelope>();
  private readonly lanes: Promise<void>[] = Array.from({ length: LANES }, () => Promise.resolve());
  private handler: EnvelopeHandler | undefined;
  private lostHandler: ((channel: Channel, member: PresenceMember) => Promise<void>) | undefined;
  private calls = 0;
  private full = false;

  constructor(link: BusLink<ToPrimary>) {
    this.sender = new BatchSender(link);
  }

  bind(handler: EnvelopeHandler): void {
    this.handler = handler;
  }

  /** @param handler never rejects */
  bindLost(handler: (channel: Channel, member: PresenceMember) => Promise<void>): void {
    this.lostHandler = handler;
  }

  /** From now on this worker hears of members that others have lost. */
  ready(): void {
    this.sender.add(['ready']);
  }

  /** @throws AppError `unavailable` when too much waits already */
  call<T>(...what: BusCall): Promise<T> {
    if (this.isFull()) return Promise.reject(new AppError('unavailable', 'Too much waits for the other processes.'));
    return this.asked((call) => ['call', call, what]) as Promise<T>;
  }

  /** Resolves once envelopes will arrive. Never refused: an envelope too many is one lost, a subscription lost is more. */
  subscribe(channel: Channel): Promise<void> {
    this.subscribed.add(channel);
    return this.asked((call) => ['subscribe', channel, call]) as Promise<void>;
  }

  unsubscribe(channel: Channel): void {
    if (this.subscribed.delete(channel)) this.sender.add(['unsubscribe', channel]);
  }

  publish(channel: Channel, envelope: Envelope): void {
    if (this.isFull()) return;
    let bytes: Buffer;
    try {
      bytes = serialize(envelope);
    } catch (error) {
      this.logger.error({ msg: 'an event cannot leave this process', event: envelope.event?.type, err: error });
      return;
    }
    if (this.subscribed.has(channel)) this.own.push({ channel, envelope });
    this.sender.add(['publish', channel, bytes.length], bytes);
  }

  receive({ ops, bytes }: Batch<ToWorker>): void {
    let at = 0;
    for (const op of ops) {
      switch (op[0]) {
        case 'deliver':
          this.deliver(op[1], bytes.subarray(at, at + op[2]));
          at += op[2];
          break;
        case 'own': {
          const own = this.own.shift();
          if (own !== undefined) this.handler?.(own.channel, own.envelope);
          break;
        }
        case 'answer':
          this.settle(op[1])?.resolve(op[2]);
          break;
        case 'failure':
          this.settle(op[1])?.reject(new Error(op[2]));
          break;
        case 'lost':
          this.tellLost(op[1], op[2], op[3]);
      }
    }
  }

  private deliver(channel: Channel, bytes: Uint8Array): void {
    this.handler?.(channel, deserialize(bytes) as Envelope);
  }

  private asked(op: (call: number) => ToPrimary): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = ++this.calls;
      this.waiting.set(call, { resolve, reject });
      this.sender.add(op(call));
    });
  }

  private settle(call: number): Waiting | undefined {
    const waiting = this.waiting.get(call);
    this.waiting.delete(call);
    return waiting;
  }

  /** One after another per channel. */
  private tellLost(lost: number, channel: Channel, member: PresenceMember): void {
    const lane = laneOf(channel);
    this.lanes[lane] = (this.lanes[lane] ?? Promise.resolve()).then(async () => {
      await this.lostHandler?.(channel, member);
      this.sender.add(['told', lost]);
    });
  }

  private isFull(): boolean {
    const full = this.sender.waitingBytes > MOST_WAITING_BYTES || this.waiting.size > MOST_CALLS;
    if (full && !this.full)
      this.logger.error('The primary process does not keep up; messages between workers are lost');
    this.full = full;
    return full;
  }
}

function laneOf(channel: Channel): number {
  let hash = 0;
  for (let i = 0; i < channel.length; i++) hash = (hash * 31 + channel.charCodeAt(i)) | 0;
  return Math.abs(hash) % LANES;
}
