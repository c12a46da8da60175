import { Injectable } from '@nestjs/common';

/**
 * What is revoked right now, as selectors such as `user:5`. Every admission asks, so it answers from memory; the
 * `revocations` module keeps it in step with the database.
 */
@Injectable()
export class RevocationList {
  /** Milliseconds since the epoch until which each selector is revoked. */
  private entries: ReadonlyMap<string, number> = new Map();

  replace(entries: ReadonlyMap<string, number>): void {
    this.entries = entries;
  }

  /** The selectors in force at `now` (milliseconds since the epoch). */
  *active(now: number): Generator<string> {
    for (const [selector, until] of this.entries) if (until > now) yield selector;
  }

  /** Whether one of `selectors` is revoked at `now`. */
  matches(selectors: readonly string[] | undefined, now: number): boolean {
    if (selectors === undefined || this.entries.size === 0) return false;
    return selectors.some((selector) => (this.entries.get(selector) ?? 0) > now);
  }
}
