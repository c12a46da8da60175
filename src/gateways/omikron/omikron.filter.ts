import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type AppError } from '../../common/errors/app-error.js';
import { assertNever } from '../../common/errors/assert-never.js';
import { type ErrorKind } from '../../common/errors/problem-codes.js';
import { toAppError } from '../../common/http/problems/problem.js';
import { DISCONNECT, type DisconnectReason } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { OmikronRefusal } from '../../modules/omikron/omikron-refusal.js';
import { fact } from '../../modules/omikron/omikron.events.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';

/** An error together with the id of the message it is about, so that the answer can repeat it. */
export class FailedMessage extends Error {
  constructor(
    override readonly cause: unknown,
    readonly replyTo: string | undefined,
  ) {
    super('a message failed');
  }
}

/** Every failure is answered with a message of type `error…`; the socket stays open where that makes sense. */
@Catch()
export class OmikronFilter implements ExceptionFilter {
  private readonly logger = new Logger('Omikron');

  constructor(private readonly hub: Hub) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const connection = host.switchToWs().getClient<PlainConnection>();
    const [cause, replyTo] = thrown instanceof FailedMessage ? [thrown.cause, thrown.replyTo] : [thrown, undefined];
    const error: AppError = toAppError(cause);
    if (error.kind === 'internal') {
      this.logger.error({ msg: 'a message could not be handled', connectionId: connection.id, stack: error.trace });
    }
    const [wireType, id] =
      error instanceof OmikronRefusal ? [error.wireType, error.replyTo ?? replyTo] : (['error', replyTo] as const);
    this.hub.sendTo(connection, fact({ type: 'omikron.failed', id, error: wireType, message: error.detail }));
    const reason = closeReasonOf(error.kind, connection.principal !== null);
    if (reason !== null) connection.close(reason);
  }
}

/** How an error ends the connection; `null` = it stays open. */
function closeReasonOf(kind: ErrorKind, admitted: boolean): DisconnectReason | null {
  switch (kind) {
    case 'malformed':
    case 'invalid_input':
    case 'not_found':
    case 'conflict':
    case 'forbidden':
    case 'unauthenticated':
    case 'method_not_allowed':
    case 'too_large':
    case 'unsupported_media_type':
      return null;
    case 'rate_limited':
      return DISCONNECT.tryLater;
    case 'no_space':
    case 'unavailable':
      // Identified peers go on relaying without the database.
      return admitted ? null : DISCONNECT.tryLater;
    case 'internal':
      return DISCONNECT.internal;
    default:
      return assertNever(kind);
  }
}
