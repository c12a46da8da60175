import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CallAdmission } from '../../modules/omikron/admission/call-admission.service.js';
import { CallGroups } from '../../modules/omikron/calls/call-groups.service.js';
import { type OmikronMessage } from '../../modules/omikron/omikron-message.js';
import { type CallerPrincipal } from '../../modules/omikron/omikron-connection.js';
import { fact } from '../../modules/omikron/omikron.events.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { PlainConnection } from '../transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway } from '../transport/plain/plain-gateway.js';
import { answering, Identifications } from './identifications.service.js';
import { OmikronFilter } from './omikron.filter.js';
import { OmikronGateway } from './omikron.gateway.js';
import { callWire } from './omikron.wire.js';

/** One socket per person and call, on `/ws/call/`. */
@WebSocketGateway(plainGateway({ protocol: 'omikron', path: '/ws/call', wire: callWire, admissionFactor: 10 }))
@UseFilters(OmikronFilter)
export class CallGateway extends OmikronGateway implements PlainGateway {
  protected override readonly unknownType = 'Calls do not know this type';

  constructor(
    private readonly hub: Hub,
    private readonly admission: CallAdmission,
    private readonly identifications: Identifications,
    private readonly calls: CallGroups,
  ) {
    super();
  }

  @SubscribeMessage('identification')
  onIdentification(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.identifications.attempt(connection, message, 'call', () =>
      this.admission.identify(connection, message),
    );
  }

  @SubscribeMessage('ping')
  onPing(connection: PlainConnection, message: OmikronMessage): void {
    this.hub.sendTo(connection, fact({ type: 'omikron.call-pong', id: message.id }));
  }

  @SubscribeMessage('client_changed')
  onClientChanged(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return answering(message, () => this.calls.change(callerOf(connection), message));
  }

  @SubscribeMessage('start_stream')
  onStartStream(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return answering(message, () => this.calls.stream(callerOf(connection), message, true));
  }

  @SubscribeMessage('end_stream')
  onEndStream(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return answering(message, () => this.calls.stream(callerOf(connection), message, false));
  }

  @SubscribeMessage('forward')
  onForward(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.calls.forward(callerOf(connection), message);
  }

  async handleDisconnect(connection: PlainConnection): Promise<void> {
    if (connection.principal !== null) await this.calls.leave(callerOf(connection));
  }
}

/** Only identified sockets reach the methods that call this. */
function callerOf(connection: PlainConnection): CallerPrincipal {
  return connection.principal as CallerPrincipal;
}
