import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { assertNever } from '../../common/errors/assert-never.js';
import { type ErrorKind } from '../../common/errors/problem-codes.js';
import { toAppError } from '../../common/http/problems/problem.js';
import { DISCONNECT, type DisconnectReason } from '../../modules/realtime/disconnect-reason.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';

/** This protocol has no error frame of its own: whatever goes wrong closes the connection with a code that says what. */
@Catch()
export class RoomsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Rooms');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const connection = host.switchToWs().getClient<PlainConnection>();
    const error = toAppError(thrown);
    if (error.kind === 'internal') {
      this.logger.error({ msg: 'a message could not be handled', connectionId: connection.id, stack: error.trace });
    }
    connection.close(closeReasonOf(error.kind));
  }
}

function closeReasonOf(kind: ErrorKind): DisconnectReason {
  switch (kind) {
    case 'malformed':
    case 'invalid_input':
    case 'unsupported_media_type':
      return DISCONNECT.malformed;
    case 'unauthenticated':
    case 'forbidden':
    case 'not_found':
    case 'method_not_allowed':
    case 'conflict':
      return DISCONNECT.notAllowed;
    case 'too_large':
      return DISCONNECT.tooLarge;
    case 'rate_limited':
    case 'no_space':
    case 'unavailable':
      return DISCONNECT.tryLater;
    case 'internal':
      return DISCONNECT.internal;
    default:
      return assertNever(kind);
  }
}
