import { SubscribeMessage } from '@nestjs/websockets';
import { type OmikronMessage } from '../../modules/omikron/omikron-message.js';
import { OmikronRefusal } from '../../modules/omikron/omikron-refusal.js';
import { type PlainConnection } from '../transport/plain/plain.connection.js';

/** What the three sockets of the Omikron have in common. */
export abstract class OmikronGateway {
  /** The answer to a type that this socket does not know. */
  protected readonly unknownType: string = 'The Omikron does not know this type';

  handleConnection(): void {
    // Nothing is sent before the identification.
  }

  @SubscribeMessage('ignored')
  onIgnored(): void {
    // Required by the protocol.
  }

  @SubscribeMessage('unknown')
  onUnknown(_connection: PlainConnection, message: OmikronMessage): void {
    throw new OmikronRefusal('error', this.unknownType, message.id);
  }

  @SubscribeMessage('untyped')
  onUntyped(_connection: PlainConnection, message: OmikronMessage): void {
    throw new OmikronRefusal('error', 'A message needs a type', message.id);
  }
}
