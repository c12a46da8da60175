import { AppError } from '../../../common/errors/app-error.js';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { DISCONNECT } from '../../../modules/realtime/disconnect-reason.js';
import { type FilterResolver, GatewayTable } from '../dispatch/gateway-table.js';
import { type PlainConnection } from './plain.connection.js';
import { type PlainGateway } from './plain-gateway.js';
import { type WireCodec } from '../dispatch/wire-codec.js';

/** Brings plain frames to their gateway's methods. Never throws or rejects. */
export class GatewayDispatch {
  private readonly table: GatewayTable;

  constructor(
    readonly gateway: PlainGateway,
    private readonly wire: WireCodec,
    resolve: FilterResolver,
  ) {
    this.table = new GatewayTable(gateway, resolve);
  }

  /** Decodes one frame and calls its method. */
  receive(connection: PlainConnection, data: Buffer, binary: boolean): void | Promise<void> {
    try {
      const message = this.wire.decode(data, binary, connection.principal !== null);
      const handler = this.table.find(message.event);
      if (handler === undefined) throw new AppError('malformed_request', 'Unknown message.');
      return this.table.call(handler, connection, message.data);
    } catch (error) {
      return this.table.fail(error, connection);
    }
  }

  connected(connection: PlainConnection): void | Promise<void> {
    return this.table.guarded(connection, () => this.gateway.handleConnection(connection));
  }

  disconnected(connection: PlainConnection): void | Promise<void> {
    return this.table.guarded(connection, () => this.gateway.handleDisconnect(connection));
  }

  signal(connection: PlainConnection, event: HubEvent): void {
    void this.table.guarded(connection, () => this.gateway.handleSignal?.(connection, event));
  }

  admissionTimeout(connection: PlainConnection): void {
    void this.table.guarded(connection, () => {
      if (this.gateway.handleAdmissionTimeout) this.gateway.handleAdmissionTimeout(connection);
      else connection.close(DISCONNECT.notAllowed);
    });
  }
}
