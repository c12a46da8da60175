import { isDeepStrictEqual } from 'node:util';
import { type HubEvent } from '../hub-event.js';

/** How long a late event may still repeat what reading has already found out. */
const LATE_MS = 10_000;

/** The new state of somebody or something; `undefined` = gone. */
export type Change<T> = readonly [id: string, now: T | undefined];

/** A change that this node's listeners have not been told. */
export interface MissedChange<T> {
  readonly id: string;
  readonly before: T | undefined;
  readonly now: T | undefined;
}

/** What the listeners of a channel know of who is there, and in what state. Values survive JSON. */
export interface PictureSubject<T, E extends HubEvent = HubEvent> {
  /**
   * Reads the actual state on all nodes; `undefined` for what exists but is not known yet. @throws AppError
   * `unavailable`
   */
  read(): Promise<Iterable<Change<T>>>;
  /** The changes that an announced event means to listeners who were told `told`. */
  changes(event: E, told: ReadonlyMap<string, T>): Iterable<Change<T>>;
  /** Tells this node's listeners what they missed. Must not throw. */
  tell(missed: readonly MissedChange<T>[]): void;
  /** What listeners know from the start, if it need not be read. */
  readonly initially?: Iterable<readonly [id: string, now: T]>;
  /** Compared before the others, because a connection it closes must not hear of further consequences. */
  readonly first?: true;
  /** Read from the database: compared along with the connections, after those no longer allowed have been closed. */
  readonly stored?: true;
}

/** The picture of a single thing that listeners depend on; calls `end` once it no longer stands. */
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
 * What this node's listeners of one channel were told. After a bus outage they are told the difference from the actual
 * state, each change once. Costs one entry for each who is there, and nothing for relayed messages.
 */
export class Picture<T = unknown> {
  /** In the order the listeners were told. */
  readonly told: Map<string, T>;
  /** Whether `told` is complete. */
  private seen: boolean;
  /** Ids that events changed during a read; the read's result may be older. */
  private touched: Set<string> | undefined;
  /** Changes found by reading whose event may still arrive. */
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

  /** Records what an event says. @returns whether listeners still have to be told */
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

  /**
   * Compares with the actual state and tells the difference; the first time it only records. @returns whether to look
   * again
   */
  async look(now: () => number): Promise<boolean> {
    if (this.touched !== undefined) return true;
    const touched = (this.touched = new Set<string>());
    try {
      const there = new Map(await this.subject.read());
      const missed = this.missed(there).filter(({ id }) => !touched.has(id));
      for (const { id, now: value } of missed) this.put(id, value);
      // The first read only records: whoever was there before the first listener is not news.
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
