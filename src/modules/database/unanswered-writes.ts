import { type Logger } from 'typeorm';
import { isAnswerLost } from '../../common/errors/database-unavailable.js';

/** Statements that change rows, at the start or in a `WITH`, or end the transaction that did. */
const WRITES = /\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b|^\s*COMMIT\b/i;

/**
 * Counts writes that were sent but not answered because the database or the connection to it was lost. They, or their
 * COMMIT, may have taken effect all the same, although the caller was told 503 and nobody else anything.
 */
export class UnansweredWrites implements Logger {
  count = 0;

  logQueryError(error: string | Error, query: string): void {
    if (WRITES.test(query) && isAnswerLost(error)) this.count++;
  }

  // None of these is of interest, and statements are not logged.
  readonly logQuery = (): void => undefined;
  readonly logQuerySlow = (): void => undefined;
  readonly logSchemaBuild = (): void => undefined;
  readonly logMigration = (): void => undefined;
  readonly log = (): void => undefined;
}
