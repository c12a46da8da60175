import { type Logger } from 'typeorm';
import { isAnswerLost } from '../../common/errors/database-unavailable.js';

/** What changes rows, first in the statement or in a `WITH`, or ends the transaction that did. */
const WRITES = /\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b|^\s*COMMIT\b/i;

/**
 * Counts statements that were sent and not answered, since the database or the way to it went. What they wrote, or the
 * COMMIT behind it, may be there all the same: whoever asked for it was told 503, and nobody else anything.
 */
export class UnansweredWrites implements Logger {
  count = 0;

  logQueryError(error: string | Error, query: string): void {
    if (WRITES.test(query) && isAnswerLost(error)) this.count++;
  }

  // Nothing of these is of interest, and statements are not logged.
  readonly logQuery = (): void => undefined;
  readonly logQuerySlow = (): void => undefined;
  readonly logSchemaBuild = (): void => undefined;
  readonly logMigration = (): void => undefined;
  readonly log = (): void => undefined;
}
