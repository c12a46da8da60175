import { isDeepStrictEqual } from 'node:util';
import { type HubEvent } from '../hub-event.js';

/** For how long an event that arrives late may tell what was told already. */
const LATE_MS = 10_000;

/** What becomes of somebody or something; `undefined` = gone. */
export type Change<T> = readonly [id: string, now: T | undefined];

/** A change that this node's listeners have not been told of. */
export interface MissedChange<T> {
  readonly id: string;
  readonly before: T | undefined;
  readonly now: T | undefined;
}

/** What the listeners of a channel know of who is there, and how. Values survive JSON. */
export interface PictureSubject<T, E extends HubEvent = HubEvent> {
  /** How it is, on all nodes; `undefined` for what is there and not told yet. @throws AppError `unavailable` */
  read(): Promise<Iterable<Change<T>>>;
  /** What an announced event says to those who were told `told`. */
  changes(event: E, told: ReadonlyMap<string, T>): Iterable<Change<T>>;
  /** Tells this node's listeners what they missed. Never throws. */
  tell(missed: readonly MissedChange<T>[]): void;
  /** What listeners know from the start, if that need not be read. */
  readonly initially?: Iterable<readonly [id: string, now: T]>;
  /** Told before the others: who is closed hears nothing of what follows from the same. */
  readonly first?: true;
  /** Read from the database: compared whenever connections are, so that who may not be there any more has gone before. */
  readonly stored?: true;
}

/** Of one thing that listeners depend on: `end` when it stands no more. */
export function standing(stands: () => Promise<boolean>, end: () => void): PictureSubject<true> {
  return {
    first: true,
    initially: [['', true]],
    read: async () => ((await stands()) ? [['', true]] : []),
    changes: () => [],
    tell: end,
  };
}

/**
 * What this node's listeners of one channel were told, so that after an outage of the bus they can be told the rest: the
 * difference from how it is, each change once. Costs one entry for each who is there, and nothing for what is relayed.
 */
export class Picture<T = unknown> {
  /** In the order they were told. */
  readonly told: Map<string, T>;
  /** Whether `told` is complete. */
  private seen: boolean;
  /** Ids that events told of while reading: what is read may be older. */
  private touched: Set<string> | undefined;
  /** What was found out by reading, and whose event may still arrive. */
  private readonly ahead = new Map<string, T | undefined>();
  private aheadUntil = 0;

  constructor(private readonly subject: PictureSubject<T>) {
    this.told = new Map(subject.initially);
    this.seen = subject.initially !== undefined;
  }

  get first(): boolean {
    return this.subject.first === true;
  }

  get stored(): boolean {
    return this.subject.stored === true;
  }

  get complete(): boolean {
    return this.seen;
  }

  /** Takes down what an event says. @returns whether it still is to be told */
  hear(event: HubEvent, now: number): boolean {
    if (now > this.aheadUntil) this.ahead.clear();
    let isNews = false;
    let hasChanges = false;
    for (const [id, value] of this.subject.changes(event, this.told)) {
      hasChanges = true;
      this.touched?.add(id);
      isNews ||= !this.ahead.has(id) || !isDeepStrictEqual(this.ahead.get(id), value);
      this.ahead.delete(id);
      this.put(id, value);
    }
    return isNews || !hasChanges;
  }

  /** Compares with how it is, and tells the difference; the first time only takes it down. @returns whether to look again */
  async look(now: () => number): Promise<boolean> {
    if (this.touched !== undefined) return true;
    const touched = (this.touched = new Set<string>());
    try {
      const there = new Map(await this.subject.read());
      const missed = this.missed(there).filter(({ id }) => !touched.has(id));
      for (const { id, now: value } of missed) this.put(id, value);
      // Who came before its first listener did is no news to that.
      const news = this.seen ? missed : missed.filter(({ before }) => before !== undefined);
      this.seen = true;
      for (const { id, now: value } of news) this.ahead.set(id, value);
      this.aheadUntil = now() + LATE_MS;
      if (news.length > 0) this.subject.tell(news);
      return [...there].some(([id, value]) => value === undefined && !touched.has(id));
    } finally {
      this.touched = undefined;
    }
  }

  private missed(there: ReadonlyMap<string, T | undefined>): MissedChange<T>[] {
    const missed: MissedChange<T>[] = [];
    for (const [id, before] of this.told) if (!there.has(id)) missed.push({ id, before, now: undefined });
    for (const [id, now] of there) {
      const before = this.told.get(id);
      if (now !== undefined && !isDeepStrictEqual(before, now)) missed.push({ id, before, now });
    }
    return missed;
  }

  private put(id: string, value: T | undefined): void {
    if (value === undefined) this.told.delete(id);
    else this.told.set(id, value);
  }
}
