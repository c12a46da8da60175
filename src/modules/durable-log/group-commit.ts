import { Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { isDatabaseFull, isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { toAppError } from '../../common/http/problems/problem.js';
import { OUTAGES } from '../../common/outages/outages.js';

export interface GroupCommitOptions<Item, Result> {
  /** Stores a batch in one transaction. @returns one result per item, in the same order */
  readonly store: (batch: readonly Item[]) => Promise<readonly Result[]>;
  /** Called in order for each item that is committed and answered, before its `append` resolves. Must not throw. */
  readonly committed: (item: Item, result: Result) => void;
  /** An integer; items that must stay in order share it. */
  readonly orderOf: (item: Item) => number;
  /** Two items with the same identifier are never in one batch. */
  readonly identifierOf: (item: Item) => string | undefined;
  readonly sizeOf: (item: Item) => number;
  /** Limits of one batch. A single item may be larger. */
  readonly batch: { readonly items: number; readonly size: number };
  /** Limits of what waits: above `crowded` callers had better wait, above `full` they are refused. */
  readonly waiting: { readonly crowded: number; readonly full: number };
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly identifier: string | undefined;
  readonly size: number;
  readonly answer: ((result: Result) => void) | undefined;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/**
 * How many batches are stored at the same time: while one waits for the disk, the database works on the other. Each
 * room or conversation belongs to one lane, so lanes neither wait for each other's locks nor overtake each other.
 */
const LANES = 2;

/**
 * Groups messages on their way into the database: those that arrive together are stored together, in order. While one
 * batch is being stored the next one gathers, so an idle server stores one message per round trip and a busy one
 * thousands.
 */
export class GroupCommit<Item, Result> {
  private readonly logger = new Logger(GroupCommit.name);
  private readonly lanes = Array.from({ length: LANES }, () => new Lane<Item, Result>());
  private waitingSize = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions<Item, Result>) {}

  /** Size of what waits, by `sizeOf`. */
  get waiting(): number {
    return this.waitingSize;
  }

  /** Whether so much waits that callers had better wait before appending. */
  get crowded(): boolean {
    return this.waitingSize > this.options.waiting.crowded;
  }

  /**
   * @param answer called once the item is committed, before anybody else learns of it
   * @throws AppError `database_unavailable` when the item may not have been stored, `unavailable` when too much waits
   */
  append(item: Item, answer?: (result: Result) => void): Promise<Result> {
    const { orderOf, identifierOf, sizeOf, waiting } = this.options;
    if (this.waitingSize > waiting.full) {
      return Promise.reject(new AppError('unavailable', 'Too many messages wait to be stored; try again soon.'));
    }
    return new Promise((resolve, reject) => {
      const lane = this.laneOf(orderOf(item));
      const size = sizeOf(item);
      lane.waiting.push({ item, identifier: identifierOf(item), size, answer, resolve, reject });
      this.waitingSize += size;
      if (lane.working) return;
      lane.working = true;
      // Collect whatever else arrives in this turn.
      setImmediate(() => void this.work(lane));
    });
  }

  /**
   * Waits until items that may be stored but are not yet confirmed have been answered.
   * @param order as returned by `orderOf`
   * @returns `undefined` when there are none
   */
  answered(order: number): Promise<void> | undefined {
    const lane = this.laneOf(order);
    return lane.working ? new Promise((resolve) => lane.unanswered.push(resolve)) : undefined;
  }

  /** Resolves when nothing waits to be stored. */
  idle(): Promise<void> {
    if (!this.lanes.some(({ working }) => working)) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private async work(lane: Lane<Item, Result>): Promise<void> {
    let batch = this.takeBatch(lane);
    let storing = this.store(batch);
    while (batch.length > 0) {
      const done = batch;
      const stored = await storing;
      if (stored instanceof Error) await this.failed(done, stored);
      const unanswered = lane.unanswered.splice(0);
      // Let the database work on the next batch while this one is answered.
      batch = this.takeBatch(lane);
      if (batch.length > 0) storing = this.store(batch);
      if (!(stored instanceof Error)) this.settle(done, stored);
      for (const resolve of unanswered) resolve();
      if (batch.length === 0) {
        // Answering may have brought in more.
        batch = this.takeBatch(lane);
        if (batch.length > 0) storing = this.store(batch);
      }
    }
    lane.working = false;
    if (this.lanes.some(({ working }) => working)) return;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private laneOf(order: number): Lane<Item, Result> {
    return this.lanes[order % LANES] as Lane<Item, Result>;
  }

  private takeBatch(lane: Lane<Item, Result>): Entry<Item, Result>[] {
    const batch = lane.take(this.options.batch);
    for (const { size } of batch) this.waitingSize -= size;
    return batch;
  }

  /** Never rejects. */
  private async store(batch: readonly Entry<Item, Result>[]): Promise<readonly Result[] | Error> {
    try {
      return await this.options.store(batch.map(({ item }) => item));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private settle(batch: readonly Entry<Item, Result>[], results: readonly Result[]): void {
    for (const [index, { item, answer, resolve }] of batch.entries()) {
      const result = results[index] as Result;
      try {
        answer?.(result);
      } catch (error) {
        this.logger.error({ msg: 'a stored message could not be acknowledged', stack: (error as Error).stack });
      }
      this.options.committed(item, result);
      resolve(result);
    }
  }

  private async failed(batch: readonly Entry<Item, Result>[], error: Error): Promise<void> {
    if (isDatabaseUnavailable(error)) {
      OUTAGES.database.failed(error, batch.length);
      // The connection may have broken after the commit.
      const detail = 'The database does not answer; it is not known whether the message was stored.';
      for (const { reject } of batch) {
        reject(
          isDatabaseFull(error) ? toAppError(error) : new AppError('database_unavailable', detail, { cause: error }),
        );
      }
      return;
    }
    if (batch.length > 1) {
      // An item that cannot be stored must not take the others down with it.
      for (const entry of batch) {
        const stored = await this.store([entry]);
        if (stored instanceof Error) await this.failed([entry], stored);
        else this.settle([entry], stored);
      }
      return;
    }
    for (const { reject } of batch) {
      reject(new AppError('internal_error', 'The message could not be stored.', { cause: error }));
    }
  }
}

class Lane<Item, Result> {
  waiting: Entry<Item, Result>[] = [];
  working = false;
  /** Callers waiting for the answers to the batch being stored. */
  unanswered: (() => void)[] = [];

  /**
   * Takes the oldest entries. Of those with the same identifier only the first: the others wait to be recognized as
   * repeats.
   */
  take(most: { readonly items: number; readonly size: number }): Entry<Item, Result>[] {
    const batch: Entry<Item, Result>[] = [];
    const repetitions: Entry<Item, Result>[] = [];
    const seen = new Set<string>();
    let size = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      if (batch.length === most.items || (batch.length > 0 && size + entry.size > most.size)) break;
      taken++;
      if (entry.identifier !== undefined && seen.has(entry.identifier)) {
        repetitions.push(entry);
        continue;
      }
      if (entry.identifier !== undefined) seen.add(entry.identifier);
      batch.push(entry);
      size += entry.size;
    }
    this.waiting = repetitions.concat(this.waiting.slice(taken));
    return batch;
  }
}
