import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type ErrorKind } from '../../common/errors/problem-codes.js';
import { toAppError } from '../../common/http/problems/problem.js';
import { DISCONNECT, type DisconnectReason } from '../../modules/realtime/disconnect-reason.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';

/** How an error ends the connection. */
const CLOSE_REASONS: Readonly<Record<ErrorKind, DisconnectReason>> = {
  malformed: DISCONNECT.malformed,
  invalid_input: DISCONNECT.malformed,
  unsupported_media_type: DISCONNECT.malformed,
  unauthenticated: DISCONNECT.notAllowed,
  forbidden: DISCONNECT.notAllowed,
  not_found: DISCONNECT.notAllowed,
  method_not_allowed: DISCONNECT.notAllowed,
  conflict: DISCONNECT.notAllowed,
  too_large: DISCONNECT.tooLarge,
  rate_limited: DISCONNECT.tryLater,
  no_space: DISCONNECT.tryLater,
  unavailable: DISCONNECT.tryLater,
  internal: DISCONNECT.internal,
};

/**
 * This protocol has no error frame of its own: every failure closes the connection with a code that tells the cause.
 */
@Catch()
export class RoomsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Rooms');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const connection = host.switchToWs().getClient<PlainConnection>();
    const error = toAppError(thrown);
    if (error.kind === 'internal') {
      this.logger.error({ msg: 'a message could not be handled', connectionId: connection.id, stack: error.trace });
    }
    connection.close(CLOSE_REASONS[error.kind]);
  }
}
