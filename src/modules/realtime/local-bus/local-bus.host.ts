import { Logger } from '@nestjs/common';
import { type Channel } from '../channel.js';
import { type EphemeralStore } from '../ephemeral-store.js';
import { type Presence } from '../presence.js';
import { type RateLimiter } from '../rate-limiter.js';
import { BatchSender } from './batch-sender.js';
import { type Batch, type BusCall, type BusLink, type ToPrimary, type ToWorker } from './bus-messages.js';
import { KeptBoard } from './kept-board.js';
import { OwnedEntries } from './owned-entries.js';
import { OwnedMembers, type LostMember } from './owned-members.js';

/** Bytes that may wait for a worker; one that reads so slowly hangs. */
const MOST_WAITING_BYTES = 256 * 1024 * 1024;

/** What the primary keeps for all workers: implementations for one process. */
export interface HostedPorts {
  readonly presence: Presence;
  readonly store: EphemeralStore;
  readonly limiter: RateLimiter;
}

/** The primary's end of the bus to one worker. */
export class WorkerEnd {
  readonly channels = new Set<Channel>();
  /** Lost members it has to tell its handlers of, by number. */
  readonly telling = new Map<number, LostMember>();
  ready = false;
  gone = false;
  private readonly sender: BatchSender<ToWorker>;

  constructor(
    link: BusLink<ToWorker>,
    /** The worker does not read any more: it has to be ended. */
    private readonly onStuck: () => void,
  ) {
    this.sender = new BatchSender(link);
  }

  say(op: ToWorker, payload?: Uint8Array): void {
    if (this.gone) return;
    this.sender.add(op, payload);
    if (this.sender.waitingBytes <= MOST_WAITING_BYTES) return;
    this.gone = true;
    this.onStuck();
  }
}

/**
 * The bus of the workers of one machine, in their primary: passes envelopes on in the one order in which they reach it,
 * without looking into them, and keeps what the workers share. What a worker owns goes with it.
 */
export class LocalBusHost {
  private readonly logger = new Logger(LocalBusHost.name);
  private readonly ends = new Set<WorkerEnd>();
  private readonly subscribers = new Map<Channel, Set<WorkerEnd>>();
  private readonly entries: OwnedEntries<WorkerEnd>;
  private readonly members: OwnedMembers<WorkerEnd>;
  private readonly board = new KeptBoard<WorkerEnd>();
  /** Lost members whom no worker could be told of yet. */
  private untold: LostMember[] = [];
  private lostCount = 0;
  private stopping = false;

  constructor(private readonly ports: HostedPorts) {
    this.entries = new OwnedEntries(ports.store);
    this.members = new OwnedMembers(ports.presence);
  }

  attach(link: BusLink<ToWorker>, onStuck: () => void): WorkerEnd {
    const end = new WorkerEnd(link, onStuck);
    this.ends.add(end);
    return end;
  }

  /** All workers are told to go: from now on nobody is told whom the others lose. */
  stop(): void {
    this.stopping = true;
  }

  /** The worker has ended: what it owned is released, and another one told of its members. */
  async detach(end: WorkerEnd): Promise<void> {
    if (!this.ends.delete(end)) return;
    end.gone = true;
    for (const channel of end.channels) this.unsubscribe(end, channel);
    this.board.release(end);
    this.entries.release(end);
    const lost = await this.members.release(end);
    this.tell([...end.telling.values(), ...lost]);
  }

  receive(end: WorkerEnd, { ops, bytes }: Batch<ToPrimary>): void {
    let at = 0;
    for (const op of ops) {
      if (end.gone) return;
      switch (op[0]) {
        case 'publish':
          this.publish(end, op[1], bytes.subarray(at, at + op[2]));
          at += op[2];
          break;
        case 'call':
          void this.answer(end, op[1], op[2]);
          break;
        case 'subscribe':
          this.subscribe(end, op[1]);
          end.say(['answer', op[2], undefined]);
          break;
        case 'unsubscribe':
          this.unsubscribe(end, op[1]);
          break;
        case 'told':
          end.telling.delete(op[1]);
          break;
        case 'ready':
          end.ready = true;
          this.tell(this.untold.splice(0));
      }
    }
  }

  private publish(from: WorkerEnd, channel: Channel, envelope: Uint8Array): void {
    const subscribers = this.subscribers.get(channel);
    if (subscribers === undefined) return;
    for (const end of subscribers) {
      if (end === from) end.say(['own']);
      else end.say(['deliver', channel, envelope.length], envelope);
    }
  }

  private subscribe(end: WorkerEnd, channel: Channel): void {
    end.channels.add(channel);
    const subscribers = this.subscribers.get(channel);
    if (subscribers === undefined) this.subscribers.set(channel, new Set([end]));
    else subscribers.add(end);
  }

  private unsubscribe(end: WorkerEnd, channel: Channel): void {
    end.channels.delete(channel);
    const subscribers = this.subscribers.get(channel);
    if (subscribers?.delete(end) && subscribers.size === 0) this.subscribers.delete(channel);
  }

  private async answer(end: WorkerEnd, call: number, what: BusCall): Promise<void> {
    try {
      end.say(['answer', call, await this.run(end, what)]);
    } catch (error) {
      this.logger.error({ msg: 'a call of a worker failed', method: what[0], err: error });
      end.say(['failure', call, (error as Error).message]);
    }
  }

  private run(end: WorkerEnd, what: BusCall): Promise<unknown> {
    if (isOf(what, 'store')) return this.entries.run(end, what);
    if (isOf(what, 'presence')) return this.members.run(end, what);
    if (isOf(what, 'board')) return Promise.resolve(this.board.run(end, what));
    return this.ports.limiter.take(what[1], what[2]);
  }

  /** One worker hears of all of them, so that the order per channel is kept. */
  private tell(lost: readonly LostMember[]): void {
    if (this.stopping) return;
    const survivor = [...this.ends].find((end) => end.ready && !end.gone);
    if (survivor === undefined) {
      this.untold.push(...lost);
      return;
    }
    for (const each of lost) {
      const number = ++this.lostCount;
      survivor.telling.set(number, each);
      survivor.say(['lost', number, each.channel, each.member]);
    }
  }
}

function isOf<P extends string>(
  call: BusCall,
  port: P,
): call is Extract<BusCall, readonly [`${P}.${string}`, ...unknown[]]> {
  return call[0].startsWith(port);
}
