import { type Logger } from '@nestjs/common';
import { AppError } from '../errors/app-error.js';
import { isDatabaseUnavailable } from '../errors/database-unavailable.js';
import { OutageLog } from './outage-log.js';

/** The shared services that can be away. */
export const OUTAGES = { database: new OutageLog('The database'), redis: new OutageLog('Redis') };

/** Reports the failure of work that nobody waits for; `msg` says what could not be done. */
export function reportFailure(logger: Logger, msg: string, error: unknown): void {
  if (isDatabaseUnavailable(error)) OUTAGES.database.failed(error);
  else if (error instanceof AppError && error.code === 'broker_unavailable') OUTAGES.redis.failed(error);
  // Only the stack, because error objects of the driver also carry query parameters.
  else logger.error({ msg, stack: error instanceof Error ? error.stack : String(error) });
}
