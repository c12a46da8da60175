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

/** SQLSTATEs that say "not now": timeouts, too many connections, shutting down, starting up, read-only standby. */
const SQL_STATES = new Set(['57014', '57P01', '57P02', '57P03', '57P05', '53300', '53400', '25P03', '25006']);

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
export function isDatabaseUnavailable(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, message, cause, driverError, errors } = error as Record<string, unknown>;
  if (typeof code === 'string' && (SYSTEM_CODES.has(code) || SQL_STATES.has(code) || /^08\w{3}$/.test(code)))
    return true;
  if (typeof message === 'string' && MESSAGES.some((text) => message.includes(text))) return true;
  const inner = [cause, driverError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inner.some((each) => isDatabaseUnavailable(each, depth + 1));
}
