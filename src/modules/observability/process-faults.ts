import { type LoggerService } from '@nestjs/common';

/**
 * Nothing dies silently. An unhandled rejection is logged, and the relays go on. After an uncaught exception the state
 * is unknown, so it is logged and the process exits with 1, for its supervisor to restart it.
 */
export function logProcessFaults(logger: LoggerService): void {
  process.on('unhandledRejection', (reason) => {
    logger.error('unhandled rejection', asError(reason), 'Process');
  });
  process.on('uncaughtException', (error) => {
    logger.fatal?.('uncaught exception', asError(error), 'Process');
    process.exit(1);
  });
  process.on('warning', (warning) => {
    logger.warn(warning.message, { warning: warning.name }, 'Process');
  });
}

/** Anything can be thrown. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(`thrown: ${typeof reason}`, { cause: reason });
}
