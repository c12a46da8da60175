/** System errors of a connection that could not be established or broke. */
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

/** SQLSTATE of a statement that found no room on the disk; its transaction was rolled back. */
const DISK_FULL = '53100';

/** A disk of the database is known to be full, although no statement has failed because of it. */
export class DatabaseDiskFull extends Error {
  readonly code = DISK_FULL;

  /** @param path something stored on that disk */
  constructor(readonly path: string) {
    super(`no room for ${path}`);
  }
}

/**
 * SQLSTATEs that mean "not now": timeouts, too many connections, shutting down, starting up, read-only standby, no
 * room.
 */
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

/** Error messages of the driver and its pool that come without a code. */
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
 * Whether `error`, or one of its causes, says that the database is away, overloaded or too slow, so that a later retry
 * makes sense. Errors about the statement itself do not count.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return someCause(error, ({ code, message }) => {
    if (typeof code === 'string' && (SYSTEM_CODES.has(code) || SQL_STATES.has(code) || /^08\w{3}$/.test(code)))
      return true;
    return typeof message === 'string' && MESSAGES.some((text) => message.includes(text));
  });
}

/**
 * Whether it is unknown if the statement took effect: the connection broke or was cut before the answer. When the
 * database answers with a refusal, for whatever reason, the statement has had no effect.
 */
export function isAnswerLost(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !someCause(error, ({ code }) => typeof code === 'string' && isRefusal(code));
}

const isRefusal = (code: string): boolean =>
  /^[0-9A-Z]{5}$/.test(code) && !/^(08\w{3}|57P0[12])$/.test(code) && !SYSTEM_CODES.has(code);

/** Whether the database's disk is full; reading still works. */
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
