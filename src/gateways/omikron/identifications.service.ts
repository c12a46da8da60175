import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { type OmikronMessage } from '../../modules/omikron/omikron-message.js';
import { OmikronRefusal } from '../../modules/omikron/omikron-refusal.js';
import { fact } from '../../modules/omikron/omikron.events.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';
import { FailedMessage } from './omikron.filter.js';

/** Refused identifications after which a socket is closed. */
const MAX_REFUSALS = 5;

/** Answers failed identifications, and closes sockets that keep trying. */
@Injectable()
export class Identifications {
  /** Refusals per socket of this node; entries vanish with their sockets. */
  private readonly refusals = new WeakMap<PlainConnection, number>();

  constructor(
    private readonly config: AppConfig,
    private readonly hub: Hub,
  ) {}

  /**
   * @param form how to answer a refusal: as an error, or with `acceppted: false` (with the members of a call if `call`)
   */
  async attempt(
    connection: PlainConnection,
    message: OmikronMessage,
    form: 'error' | 'client' | 'call',
    identify: () => Promise<void>,
  ): Promise<void> {
    try {
      await identify();
    } catch (error) {
      if (!(error instanceof OmikronRefusal)) throw new FailedMessage(error, message.id);
      this.hub.sendTo(
        connection,
        fact({
          type: 'omikron.refused',
          id: error.replyTo,
          error: error.wireType,
          message: error.detail,
          asError: form === 'error' || this.config.omikron.refusal === 'error' || wantsError(message),
          call: form === 'call',
        }),
      );
      const refusals = (this.refusals.get(connection) ?? 0) + 1;
      this.refusals.set(connection, refusals);
      if (refusals >= MAX_REFUSALS) connection.close(DISCONNECT.notAllowed);
    }
  }
}

/** A wish that old clients never express. */
const wantsError = (message: OmikronMessage): boolean => message.data.get('refusal') === 'error';

/** Runs `work`; failures are answered with the id of the message. */
export async function answering(message: OmikronMessage, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new FailedMessage(error, message.id);
  }
}
