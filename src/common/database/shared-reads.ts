import { AsyncResource } from 'node:async_hooks';
import { toAppError } from '../http/problems/problem.js';

interface Question<V> {
  readonly answer: Promise<V | undefined>;
  readonly resolve: (value: V | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Ids that go in one statement at most. */
const MAX_BATCH = 500;
/** The database answers sooner than the next ones come: who comes within this time of the last statement waits for the rest of it. */
const GATHER_MS = 4;
/** For those who need several reads one after the other to come in: half as many statements, a fifth less CPU. */
export const GATHER_LONGER_MS = 8;

/**
 * Reads of many that come together, or shortly one after the other, are one statement; while it runs, the next ones gather.
 * Every answer is at least as new as the call that gets it, but not part of a transaction that the caller may be in.
 */
export class SharedReads<V, K extends number | string = number> {
  private waiting = new Map<K, Question<V>>();
  private working = false;
  private asked = -Infinity;
  /** Outside of the transaction of whoever asks first: the others are not in it. */
  private readonly workLater = AsyncResource.bind(() => {
    this.working = true;
    const rest = this.asked + this.gatherMs - performance.now();
    // At the end of this turn of the event loop, when all sockets that can be read have been.
    if (rest <= 0) setImmediate(() => void this.work());
    else setTimeout(() => void this.work(), rest);
  });

  /** @param find of any number, in one statement; who is not there is left out */
  constructor(
    private readonly find: (ids: readonly K[]) => Promise<ReadonlyMap<K, V>>,
    private readonly gatherMs = GATHER_MS,
  ) {}

  /** @throws AppError what `find` failed with, e.g. `database_unavailable` */
  read(id: K): Promise<V | undefined> {
    let question = this.waiting.get(id);
    if (question === undefined) this.waiting.set(id, (question = questionOf()));
    if (!this.working) this.workLater();
    return question.answer;
  }

  private async work(): Promise<void> {
    this.asked = performance.now();
    await this.answer(this.nextBatch());
    this.working = false;
    if (this.waiting.size > 0) this.workLater();
  }

  private async answer(batch: ReadonlyMap<K, Question<V>>): Promise<void> {
    try {
      const found = await this.find([...batch.keys()]);
      for (const [id, { resolve }] of batch) resolve(found.get(id));
    } catch (error) {
      for (const { reject } of batch.values()) reject(toAppError(error));
    }
  }

  private nextBatch(): ReadonlyMap<K, Question<V>> {
    const { waiting } = this;
    if (waiting.size <= MAX_BATCH) {
      this.waiting = new Map();
      return waiting;
    }
    const batch = new Map([...waiting].slice(0, MAX_BATCH));
    for (const id of batch.keys()) waiting.delete(id);
    return batch;
  }
}

function questionOf<V>(): Question<V> {
  let settle!: Pick<Question<V>, 'resolve' | 'reject'>;
  const answer = new Promise<V | undefined>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { answer, ...settle };
}
