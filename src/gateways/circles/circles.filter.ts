import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { toAppError } from '../../common/http/problems/problem.js';
import { failed } from '../../modules/circles/circles.events.js';
import { LiveRefusal, type LiveReason } from '../../modules/circles/live/live-refusal.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { type SocketIoConnection } from '../transport/socket-io/socket-io.connection.js';
import { type SocketIoMessage } from '../transport/socket-io/socket-io.message.js';

const INTERNAL = 'Erreur interne';
const UNAVAILABLE = 'Service indisponible';

/** In the original's words, including its two spellings, because clients may compare them. */
const REFUSALS: Record<LiveReason, string> = {
  'already-authenticated': 'Already authenticated',
  'not-authenticated': 'Socket user introuvable',
  'token-missing': 'Json web token introuvable',
  'identity-unknown': 'User not found',
  'circle-closed': "Vous n'appartenez pas a ce cercle",
  'conversation-closed': 'Vous ne faite pas partie de cette conversation',
  'conversation-unknown': 'Conversation introuvable',
  'sender-not-taking-part': 'Vous ne faites pas partie de cette conversation',
  'message-empty': 'Message vide',
  'client-id-reused': 'client_message_id deja utilise pour un autre message',
  'recipient-unknown': 'Utilisateur introuvable',
  'recipient-offline': 'Destinataire non connecte aux websockets',
};

/**
 * Every failure reaches the client as `error`, and as an acknowledgement if it asked for one; the socket stays open.
 */
@Catch()
export class CirclesFilter implements ExceptionFilter {
  private readonly logger = new Logger('Circles');

  constructor(private readonly hub: Hub) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const [connection, , message] = host.getArgs<[SocketIoConnection, unknown, SocketIoMessage | undefined]>();
    this.report(thrown, connection, message);
  }

  /** Also used for events that fail after their handler has returned. */
  report(thrown: unknown, connection: SocketIoConnection, message: SocketIoMessage | undefined): void {
    const error = toAppError(thrown);
    let detail = error instanceof LiveRefusal ? REFUSALS[error.reason] : error.detail;
    if (error.kind === 'internal') {
      this.logger.error({ msg: 'an event could not be handled', connectionId: connection.id, stack: error.trace });
      detail = INTERNAL;
    } else if (error.kind === 'unavailable') {
      detail = UNAVAILABLE;
    }
    this.hub.sendTo(connection, failed(detail));
    message?.ack({ ok: false, error: { code: error.code, detail } });
  }
}
