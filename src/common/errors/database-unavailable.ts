/** System errors of a connection that could not be made or broke. */
const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** SQLSTATE of a statement that found no room on the disk; its transaction is rolled back. */
const DISK_FULL = '53100';

/** A disk of the database is known to have no room, though no statement found out. */
export class DatabaseDiskFull extends Error {
  readonly code = DISK_FULL;

  /** @param path of what is on it */
  constructor(readonly path: string) {
    super(`no room for ${path}`);
  }
}

/** SQLSTATEs that say "not now": timeouts, too many connections, shutting down, starting up, read-only standby, no room. */
const SQL_STATES = new Set([
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
  '53400',
  '25P03',
  '25006',
  DISK_FULL,
]);

/** What the driver and its pool say without a code. */
const MESSAGES = [
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Connection terminated',
  'Query read timeout',
  'connection error and is not queryable',
  'was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'Driver not Connected',
];

/**
 * Whether `error`, or what caused it, says that the database is away, overloaded or too slow, so that trying again
 * later makes sense. Errors that are about the statement itself are not.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return someCause(error, ({ code, message }) => {
    if (typeof code === 'string' && (SYSTEM_CODES.has(code) || SQL_STATES.has(code) || /^08\w{3}$/.test(code)))
      return true;
    return typeof message === 'string' && MESSAGES.some((text) => message.includes(text));
  });
}

/**
 * Whether `error` leaves open what became of the statement: the connection broke or was cut before its answer. A database
 * that answers, with whatever it refuses it for, has not done it.
 */
export function isAnswerLost(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !someCause(error, ({ code }) => typeof code === 'string' && isRefusal(code));
}

const isRefusal = (code: string): boolean =>
  /^[0-9A-Z]{5}$/.test(code) && !/^(08\w{3}|57P0[12])$/.test(code) && !SYSTEM_CODES.has(code);

/** Whether the database has no room left on its disk: what only reads goes on. */
export function isDatabaseFull(error: unknown): boolean {
  return someCause(error, ({ code }) => code === DISK_FULL);
}

function someCause(error: unknown, matches: (error: Record<string, unknown>) => boolean, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const fields = error as Record<string, unknown>;
  if (matches(fields)) return true;
  const { cause, driverError, errors } = fields;
  const inner = [cause, driverError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inner.some((each) => someCause(each, matches, depth + 1));
}
