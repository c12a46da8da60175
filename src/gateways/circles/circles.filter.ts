import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { toAppError } from '../../common/http/problems/problem.js';
import { failed } from '../../modules/circles/circles.events.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { type SocketIoConnection } from '../transport/socket-io/socket-io.connection.js';
import { type SocketIoMessage } from '../transport/socket-io/socket-io.message.js';

const INTERNAL = 'Erreur interne';
const UNAVAILABLE = 'Service indisponible';

/** Whatever goes wrong reaches the client as `error`, and its acknowledgement if it asked for one; the socket stays. */
@Catch()
export class CirclesFilter implements ExceptionFilter {
  private readonly logger = new Logger('Circles');

  constructor(private readonly hub: Hub) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const [connection, , message] = host.getArgs<[SocketIoConnection, unknown, SocketIoMessage | undefined]>();
    this.report(thrown, connection, message);
  }

  /** Also for what goes wrong with an event that was handed on long ago. */
  report(thrown: unknown, connection: SocketIoConnection, message: SocketIoMessage | undefined): void {
    const error = toAppError(thrown);
    let { detail } = error;
    if (error.kind === 'internal') {
      // Only the stack: error objects of the driver also carry the parameters of the query.
      const stack = error.cause instanceof Error ? error.cause.stack : error.stack;
      this.logger.error({ msg: 'an event could not be handled', connectionId: connection.id, stack });
      detail = INTERNAL;
    } else if (error.kind === 'unavailable') {
      detail = UNAVAILABLE;
    }
    this.hub.sendTo(connection, failed(detail));
    message?.ack({ ok: false, error: { code: error.code, detail } });
  }
}
