import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CallInvitations } from '../../modules/omikron/calls/call-invitations.service.js';
import { ClientAdmission } from '../../modules/omikron/admission/client-admission.service.js';
import { type OmikronMessage } from '../../modules/omikron/omikron-message.js';
import { type ClientPrincipal } from '../../modules/omikron/omikron-connection.js';
import { OmikronRelay } from '../../modules/omikron/sessions/omikron-relay.service.js';
import { fact } from '../../modules/omikron/omikron.events.js';
import { PingBook } from '../../modules/omikron/states/ping-book.service.js';
import { UserStates } from '../../modules/omikron/states/user-states.service.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { PlainConnection } from '../transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway } from '../transport/plain/plain-gateway.js';
import { answering, Identifications } from './identifications.service.js';
import { OmikronFilter } from './omikron.filter.js';
import { OmikronGateway } from './omikron.gateway.js';
import { clientWire } from './omikron.wire.js';

/** People's apps, on `/ws/client/`. */
@WebSocketGateway(
  plainGateway({
    protocol: 'omikron',
    path: '/ws/client',
    wire: clientWire,
    admissionFactor: 10,
  }),
)
@UseFilters(OmikronFilter)
export class ClientGateway extends OmikronGateway implements PlainGateway {
  constructor(
    private readonly hub: Hub,
    private readonly admission: ClientAdmission,
    private readonly identifications: Identifications,
    private readonly relay: OmikronRelay,
    private readonly pings: PingBook,
    private readonly states: UserStates,
    private readonly invitations: CallInvitations,
  ) {
    super();
  }

  @SubscribeMessage('identification')
  onIdentification(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.identifications.attempt(connection, message, 'client', () =>
      this.admission.identify(connection, message),
    );
  }

  @SubscribeMessage('relay')
  onRelay(connection: PlainConnection, message: OmikronMessage): void {
    this.relay.fromClient(clientOf(connection), message);
  }

  @SubscribeMessage('ping')
  async onPing(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    const ping = await this.pings.ofClient(clientOf(connection), message.ping);
    this.hub.sendTo(connection, fact({ type: 'omikron.client-pong', id: message.id, ping }));
  }

  @SubscribeMessage('client_changed')
  onClientChanged(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.states.change(clientOf(connection), message.data, message.id);
  }

  @SubscribeMessage('get_states')
  onGetStates(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return answering(message, async () => {
      const id = message.id;
      const states = await this.states.watch(connection, clientOf(connection), message.data, id);
      this.hub.sendTo(connection, fact({ type: 'omikron.states', id, states }));
    });
  }

  @SubscribeMessage('call_invite')
  onCallInvite(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.invitations.invite(connection, clientOf(connection), message);
  }

  @SubscribeMessage('get_call')
  onGetCall(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.invitations.find(connection, message);
  }

  async handleDisconnect(connection: PlainConnection): Promise<void> {
    if (connection.principal !== null) await this.admission.leave(clientOf(connection));
  }
}

/** Only identified sockets reach the methods that call this. */
function clientOf(connection: PlainConnection): ClientPrincipal {
  return connection.principal as ClientPrincipal;
}
