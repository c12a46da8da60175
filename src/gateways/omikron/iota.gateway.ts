import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { IotaAdmission } from '../../modules/omikron/admission/iota-admission.service.js';
import { type IotaCredential, IotaCredentials } from '../../modules/omikron/admission/iota-credentials.service.js';
import { type OmikronMessage } from '../../modules/omikron/omikron-message.js';
import { type IotaPrincipal } from '../../modules/omikron/omikron-connection.js';
import { OmikronRelay } from '../../modules/omikron/sessions/omikron-relay.service.js';
import { fact, type IotaSignal } from '../../modules/omikron/omikron.events.js';
import { PingBook } from '../../modules/omikron/states/ping-book.service.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { PlainConnection } from '../transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway, type UpgradeRequest } from '../transport/plain/plain-gateway.js';
import { bearerToken } from '../transport/handshake/bearer-token.js';
import { Identifications } from './identifications.service.js';
import { OmikronFilter } from './omikron.filter.js';
import { OmikronGateway } from './omikron.gateway.js';
import { iotaWire } from './omikron.wire.js';

/** Home servers, on `/ws/iota/`. */
@WebSocketGateway(
  plainGateway({
    protocol: 'omikron',
    path: '/ws/iota',
    wire: iotaWire,
    admissionFactor: 10,
    // The identification lists all users, so it may be as large as MAX_FRAME_BYTES allows.
    admissionFrameBytes: Number.MAX_SAFE_INTEGER,
  }),
)
@UseFilters(OmikronFilter)
export class IotaGateway extends OmikronGateway implements PlainGateway {
  /** Credentials presented on upgrade, for sockets of this node; entries vanish with their sockets. */
  private readonly credentials = new WeakMap<PlainConnection, IotaCredential>();

  constructor(
    private readonly hub: Hub,
    private readonly admission: IotaAdmission,
    private readonly tokens: IotaCredentials,
    private readonly identifications: Identifications,
    private readonly relay: OmikronRelay,
    private readonly pings: PingBook,
  ) {
    super();
  }

  async handleUpgrade(connection: PlainConnection, { headers }: UpgradeRequest): Promise<void> {
    const credential = await this.tokens.authenticate(bearerToken(headers), connection);
    if (credential !== null) this.credentials.set(connection, credential);
  }

  @SubscribeMessage('identification')
  onIdentification(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    const credential = this.credentials.get(connection) ?? null;
    return this.identifications.attempt(connection, message, 'error', () =>
      this.admission.identify(connection, message, credential),
    );
  }

  @SubscribeMessage('ping')
  async onPing(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    const pings = await this.pings.ofIota(iotaOf(connection), message.ping);
    this.hub.sendTo(connection, fact({ type: 'omikron.iota-pong', id: message.id, pings }));
  }

  @SubscribeMessage('relay')
  onRelay(connection: PlainConnection, message: OmikronMessage): void | Promise<void> {
    return this.relay.fromIota(iotaOf(connection), message);
  }

  @SubscribeMessage('between iotas')
  onBetweenIotas(connection: PlainConnection, message: OmikronMessage): Promise<void> {
    return this.relay.betweenIotas(iotaOf(connection), message);
  }

  async handleDisconnect(connection: PlainConnection): Promise<void> {
    if (connection.principal !== null) await this.admission.leave(iotaOf(connection));
  }

  /** The directory has changed. */
  handleSignal(connection: PlainConnection, event: HubEvent): void | Promise<void> {
    const signal = event as IotaSignal;
    if (signal.type === 'omikron.token-changed') {
      const credential = this.credentials.get(connection);
      if (credential && credential.tokenDigest.toString('hex') !== signal.digest)
        connection.close(DISCONNECT.notAllowed);
      return;
    }
    // It is just being identified, perhaps with data that is outdated by now.
    if (connection.principal === null) connection.close(DISCONNECT.tryLater);
    else return this.admission.dismiss(iotaOf(connection), signal.user);
  }
}

/** Only identified sockets reach the methods that call this. */
function iotaOf(connection: PlainConnection): IotaPrincipal {
  return connection.principal as IotaPrincipal;
}
