import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type ErrorKind } from '../../common/errors/problem-codes.js';
import { toAppError } from '../../common/http/problems/problem.js';
import { DISCONNECT, type DisconnectReason } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { failed } from '../../modules/services/services.events.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';

const INTERNAL = 'Something went wrong on the server.';

/** How an error ends the connection; `null` = an admitted connection stays open. */
const CLOSE_REASONS: Readonly<Record<ErrorKind, DisconnectReason | null>> = {
  malformed: DISCONNECT.refused,
  too_large: DISCONNECT.refused,
  unsupported_media_type: DISCONNECT.refused,
  unauthenticated: DISCONNECT.refused,
  forbidden: null,
  not_found: null,
  method_not_allowed: null,
  conflict: null,
  invalid_input: null,
  rate_limited: DISCONNECT.tryLater,
  no_space: DISCONNECT.tryLater,
  unavailable: DISCONNECT.tryLater,
  internal: DISCONNECT.internal,
};

/**
 * Every failure reaches the client as `server_error`; clients not yet admitted, or breaking the protocol, are then
 * closed.
 */
@Catch()
export class ServicesFilter implements ExceptionFilter {
  private readonly logger = new Logger('Services');

  constructor(private readonly hub: Hub) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const connection = host.switchToWs().getClient<PlainConnection>();
    const error = toAppError(thrown);
    if (error.kind === 'internal') {
      this.logger.error({ msg: 'a message could not be handled', connectionId: connection.id, stack: error.trace });
    }
    this.hub.sendTo(connection, failed(error.kind === 'internal' ? INTERNAL : error.detail));
    const reason = CLOSE_REASONS[error.kind];
    if (reason !== null) connection.close(reason);
    else if (connection.principal === null) connection.close(DISCONNECT.refused);
  }
}
