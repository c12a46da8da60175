import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { toAppError } from '../../common/http/problems/problem.js';
import { reportFailure } from '../../common/outages/outages.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';

/**
 * Refused subscriptions are answered with a frame; what arrives here is not a frame of this protocol, or is our own
 * fault.
 */
@Catch()
export class ConsoleFilter implements ExceptionFilter {
  private readonly logger = new Logger('Console');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const connection = host.switchToWs().getClient<PlainConnection>();
    const { kind, cause } = toAppError(thrown);
    if (kind === 'malformed') connection.close(DISCONNECT.malformed);
    else if (kind === 'too_large') connection.close(DISCONNECT.tooLarge);
    else {
      reportFailure(this.logger, `a frame of ${connection.id} could not be handled`, cause ?? thrown);
      connection.close(DISCONNECT.internal);
    }
  }
}
