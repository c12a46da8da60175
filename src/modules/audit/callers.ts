import { prepared } from '../../common/database/prepared.js';
import { type Clock } from '../../common/time/clock.js';

/** The clear text of a digest that an entry holds about the acting account. */
export interface CallerValue {
  readonly userId: number;
  readonly digest: string;
  readonly value: string;
}

/** The part of `EntityManager` that is needed here. */
interface Queried {
  query(statement: string, values: unknown[]): Promise<unknown>;
}

/** Beyond this many values the memory is cleared, and values are digested and written again. */
const MAX_KNOWN = 10_000;

// Rows are always written in the same order, which rules out deadlocks. For an account that the same transaction removes,
// nothing is stored.
const KEEP = prepared(`
  INSERT INTO "audit_callers" ("user_id", "digest", "value", "seen_on")
  SELECT "c"."userId", "c"."digest", "c"."value", current_date
  FROM json_to_recordset($1::json) AS "c" ("userId" integer, "digest" text, "value" text)
  WHERE EXISTS (SELECT FROM "users" WHERE "id" = "c"."userId")
  ORDER BY "c"."userId", "c"."digest"
  ON CONFLICT ("user_id", "digest") DO UPDATE SET "seen_on" = excluded."seen_on"
    WHERE "audit_callers"."seen_on" < excluded."seen_on"`);

/** Stores what entries say about callers, and remembers what it stored today, so that most acts need no statement for it. */
export class Callers {
  private readonly digests = new Map<string, string>();
  private readonly known = new Set<string>();
  private day = '';

  constructor(
    private readonly clock: Clock,
    private readonly digestOf: (value: string) => string,
  ) {}

  /** Like `digestOf`, with a cache, since callers recur. */
  readonly digest = (value: string): string => {
    const known = this.digests.get(value);
    if (known !== undefined) return known;
    if (this.digests.size >= MAX_KNOWN) this.digests.clear();
    const digest = this.digestOf(value);
    this.digests.set(value, digest);
    return digest;
  };

  /** @returns what it had to write; pass it to `remember` once that is committed */
  async keep(manager: Queried, values: readonly CallerValue[]): Promise<readonly CallerValue[]> {
    const today = this.clock.date().toISOString().slice(0, 10);
    if (today !== this.day) {
      this.day = today;
      this.known.clear();
    }
    const fresh = values.filter((each) => !this.known.has(keyOf(each)));
    if (fresh.length > 0) await manager.query(KEEP, [JSON.stringify(fresh)]);
    return fresh;
  }

  remember(written: readonly CallerValue[]): void {
    if (this.known.size + written.length > MAX_KNOWN) this.known.clear();
    for (const each of written) this.known.add(keyOf(each));
  }
}

const keyOf = ({ userId, digest }: CallerValue): string => `${userId} ${digest}`;
