import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { JsonObjectText } from '../../common/json/json-object-text.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { RoomPresence } from '../../modules/rooms/directory/room-presence.service.js';
import { HolderAdmission } from '../../modules/rooms/live/holder-admission.service.js';
import { RoomRelay } from '../../modules/rooms/live/room-relay.service.js';
import { RoomSeats } from '../../modules/rooms/live/room-seats.service.js';
import { type SeatRequest } from '../../modules/rooms/room-connection.js';
import { type PresenceChange, type RoomChanged } from '../../modules/rooms/rooms.events.js';
import { bearerToken } from '../transport/handshake/bearer-token.js';
import { PlainConnection } from '../transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway, type UpgradeRequest } from '../transport/plain/plain-gateway.js';
import { RoomsFilter } from './rooms.filter.js';
import { roomsWire } from './rooms.wire.js';

/**
 * Rooms: on `/ws/endpoint/:code/`, where the code is the only credential, and on `/ws/room/:name/`, with a token or
 * ticket from an application.
 */
@WebSocketGateway(
  plainGateway({
    protocol: 'rooms',
    path: '/ws/endpoint/:code',
    otherPath: '/ws/room/:name',
    wire: roomsWire,
  }),
)
@UseFilters(RoomsFilter)
export class RoomsGateway implements PlainGateway {
  constructor(
    private readonly seats: RoomSeats,
    private readonly holders: HolderAdmission,
    private readonly relay: RoomRelay,
    private readonly presence: RoomPresence,
  ) {}

  handleUpgrade(connection: PlainConnection, { params, query, headers }: UpgradeRequest): Promise<void> {
    const request: SeatRequest = {
      after: query.get('after') ?? undefined,
      epoch: query.get('epoch') ?? undefined,
      presence: query.get('presence') === '1',
      acks: query.get('acks') === '1',
    };
    const { name, code = '' } = params;
    if (name === undefined) return this.seats.admit(connection, code, request);
    return this.holders.admit(connection, name, bearerToken(headers), request);
  }

  handleConnection(connection: PlainConnection): void {
    // Missed messages are replayed at the client's pace; it may send meanwhile.
    void this.seats.begin(connection);
  }

  @SubscribeMessage('publish')
  onPublish(connection: PlainConnection, frame: JsonObjectText | null): void | Promise<void> {
    const message = frame?.textOf('message');
    const refresh = message === undefined ? frame?.textOf('refresh') : undefined;
    if (refresh !== undefined && connection.principal?.kind === 'holder') {
      const token: unknown = JSON.parse(refresh.toString('utf8'));
      return this.holders.refresh(connection, typeof token === 'string' ? token : undefined);
    }
    return this.relay.publish(connection, message, frame?.textOf('id'));
  }

  handleDisconnect(connection: PlainConnection): Promise<void> {
    return this.seats.leave(connection);
  }

  handleSignal(connection: PlainConnection, event: HubEvent): void | Promise<void> {
    const fact = event as PresenceChange | RoomChanged;
    if (fact.type === 'rooms.changed') return this.seats.changed(connection, fact);
    this.presence.changed(connection, fact);
  }
}
