import { toAppError } from '../http/problems/problem.js';

interface Question<Row> {
  readonly digest: Buffer;
  readonly answer: Promise<Row | undefined>;
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Digests that go in one question at most. */
const MAX_BATCH = 500;

/**
 * Finds rows by the digest of a credential. Clients that come all at once are looked up together: one question at a
 * time, and while it is under way the next one gathers. Every answer is at least as new as the call that gets it.
 */
export class DigestLookup<Row> {
  /** By digest in hexadecimal. */
  private waiting = new Map<string, Question<Row>>();
  private working = false;

  /** @param ask gives the rows for these digests, by digest in hexadecimal */
  constructor(private readonly ask: (digests: readonly Buffer[]) => Promise<ReadonlyMap<string, Row>>) {}

  /** @throws AppError what `ask` failed with, e.g. `database_unavailable` */
  find(digest: Buffer): Promise<Row | undefined> {
    const key = digest.toString('hex');
    let question = this.waiting.get(key);
    if (question === undefined) this.waiting.set(key, (question = questionOf(digest)));
    if (!this.working) this.workLater();
    return question.answer;
  }

  /** At the end of this turn of the event loop, when all sockets that can be read have been. */
  private workLater(): void {
    this.working = true;
    setImmediate(() => void this.work());
  }

  private async work(): Promise<void> {
    await this.answer(this.nextBatch());
    this.working = false;
    if (this.waiting.size > 0) this.workLater();
  }

  private async answer(batch: ReadonlyMap<string, Question<Row>>): Promise<void> {
    try {
      const rows = await this.ask(Array.from(batch.values(), ({ digest }) => digest));
      for (const [key, { resolve }] of batch) resolve(rows.get(key));
    } catch (error) {
      for (const { reject } of batch.values()) reject(toAppError(error));
    }
  }

  private nextBatch(): ReadonlyMap<string, Question<Row>> {
    const { waiting } = this;
    if (waiting.size <= MAX_BATCH) {
      this.waiting = new Map();
      return waiting;
    }
    const batch = new Map([...waiting].slice(0, MAX_BATCH));
    for (const key of batch.keys()) waiting.delete(key);
    return batch;
  }
}

function questionOf<Row>(digest: Buffer): Question<Row> {
  let settle!: Pick<Question<Row>, 'resolve' | 'reject'>;
  const answer = new Promise<Row | undefined>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { digest, answer, ...settle };
}
