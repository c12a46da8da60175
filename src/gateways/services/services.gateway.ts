import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { JsonObjectText } from '../../common/json/json-object-text.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { ServiceAdmission } from '../../modules/services/admission/service-admission.service.js';
import { principalOf } from '../../modules/services/service-connection.js';
import { ServiceRelay } from '../../modules/services/sessions/service-relay.service.js';
import { failed, greeted, kicked, type SettingsChanged } from '../../modules/services/services.events.js';
import { PlainConnection } from '../transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway } from '../transport/plain/plain-gateway.js';
import { ServicesFilter } from './services.filter.js';
import { servicesWire } from './services.wire.js';

/** The exhibition relay on `/ws`: a host, its clients and its guests. */
@WebSocketGateway(
  plainGateway({
    protocol: 'services',
    path: '/ws',
    wire: servicesWire,
    revoked: { reason: DISCONNECT.forced, event: kicked('Revoked') },
  }),
)
@UseFilters(ServicesFilter)
export class ServicesGateway implements PlainGateway {
  constructor(
    private readonly hub: Hub,
    private readonly admission: ServiceAdmission,
    private readonly relay: ServiceRelay,
  ) {}

  handleConnection(connection: PlainConnection): void {
    this.hub.sendTo(connection, greeted());
  }

  handleAdmissionTimeout(connection: PlainConnection): void {
    this.hub.sendTo(connection, failed('Timed out. Expected {"token": "<token>"}'));
    connection.close(DISCONNECT.refused);
  }

  @SubscribeMessage('login')
  onLogin(connection: PlainConnection, message: JsonObjectText): Promise<void> {
    return this.admission.login(connection, message.parse('token'), message.parse('name'));
  }

  @SubscribeMessage('relay')
  onRelay(connection: PlainConnection, message: JsonObjectText): void | Promise<void> {
    const principal = principalOf(connection);
    if (principal !== null) return this.relay.relay(principal, message);
  }

  handleDisconnect(connection: PlainConnection): Promise<void> {
    return this.admission.leave(connection);
  }

  /** The service has changed. */
  handleSignal(connection: PlainConnection, event: HubEvent): void {
    const principal = principalOf(connection);
    const { settings } = event as SettingsChanged;
    if (principal !== null && settings.version > principal.settings.version) principal.settings = settings;
  }
}
