import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { toAppError } from '../../common/http/problem.js';
import { type SocketIoConnection } from '../transport/socket-io.connection.js';
import { type SocketIoMessage } from '../transport/socket-io.message.js';

/** This protocol has no errors: what cannot be done does not happen, and the client hears nothing of it. */
@Catch()
export class SignalingFilter implements ExceptionFilter {
  private readonly logger = new Logger('Signaling');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const [connection, , message] = host.getArgs<[SocketIoConnection, unknown, SocketIoMessage | undefined]>();
    const error = toAppError(thrown);
    if (error.kind === 'internal') {
      const stack = error.cause instanceof Error ? error.cause.stack : error.stack;
      this.logger.error({ msg: 'an event could not be handled', connectionId: connection.id, stack });
    } else {
      this.logger.warn({ msg: 'an event was not handled', connectionId: connection.id, reason: error.code });
    }
    message?.ack();
  }
}
