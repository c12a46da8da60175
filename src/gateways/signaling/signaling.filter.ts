import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { toAppError } from '../../common/http/problems/problem.js';
import { reportFailure } from '../../common/outages/outages.js';
import { type SocketIoConnection } from '../transport/socket-io/socket-io.connection.js';
import { type SocketIoMessage } from '../transport/socket-io/socket-io.message.js';

/** This protocol has no errors: what cannot be done does not happen, and the client is not told. */
@Catch()
export class SignalingFilter implements ExceptionFilter {
  private readonly logger = new Logger('Signaling');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const [connection, , message] = host.getArgs<[SocketIoConnection, unknown, SocketIoMessage | undefined]>();
    const error = toAppError(thrown);
    if (error.kind === 'internal' || error.kind === 'unavailable') {
      reportFailure(this.logger, `an event of ${connection.id} could not be handled`, error.cause ?? error);
    } else {
      this.logger.warn({ msg: 'an event was not handled', connectionId: connection.id, reason: error.code });
    }
    message?.ack();
  }
}
