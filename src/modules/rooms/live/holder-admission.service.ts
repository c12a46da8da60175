import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { apiKeyChannel } from '../../auth/api-keys/api-key-channel.js';
import { rightIn, type RoomRights } from '../../auth/tickets/room-rights.js';
import { isTicket } from '../../auth/tickets/ticket.js';
import { Tickets } from '../../auth/tickets/tickets.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { RoomsRepository } from '../directory/rooms.repository.js';
import { principalOf, type RoomConnection, type SeatCredential, type SeatRequest } from '../room-connection.js';
import { applicationChannel, holdersChannel, issuerChannel } from '../rooms.channels.js';
import { CustomerTokens } from '../tokens/customer-tokens.service.js';
import { RoomSeats } from './room-seats.service.js';
import { SeatsRepository } from './seats.repository.js';

/** Somebody whom an application vouches for. */
interface Holder {
  readonly applicationId: number;
  readonly credential: Exclude<SeatCredential, { kind: 'endpoint' }>;
  readonly identity: string;
  readonly rooms: RoomRights;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

/** Admits holders of a token or ticket from an application to its rooms, by name. */
@Injectable()
export class HolderAdmission {
  constructor(
    private readonly tokens: CustomerTokens,
    private readonly tickets: Tickets,
    private readonly rooms: RoomsRepository,
    private readonly places: SeatsRepository,
    private readonly seats: RoomSeats,
    private readonly selectors: RevocationSelectors,
    private readonly hub: Hub,
  ) {}

  /**
   * Admits `connection`, like `RoomSeats.admit`.
   * @param proof a JWT or a ticket
   * @throws AppError `unauthenticated`, `forbidden` when it does not name the room, `not_found`, `rate_limited`,
   * `unavailable`
   */
  async admit(
    connection: RoomConnection,
    name: string,
    proof: string | undefined,
    request: SeatRequest,
  ): Promise<void> {
    if (proof === undefined) throw new AppError('unauthenticated', 'A token or a ticket is needed.');
    const { applicationId, credential, identity, rooms, expiresAt } = await this.identify(connection, proof);
    const permissions = rightIn(rooms, name);
    if (permissions === undefined) throw new AppError('forbidden', 'Your credential does not name this room.');
    if (request.stream && permissions === 'write')
      throw new AppError('forbidden', 'Your credential does not let you read this room.');
    const room = await this.rooms.find(applicationId, name);
    if (room === undefined) notFound();
    // Subscribe before the final lookup, so that the connection hears if any of this ends in between.
    await this.hub.subscribe(connection, voucherChannel(credential, applicationId));
    await this.hub.subscribe(connection, applicationChannel(applicationId));
    await this.hub.subscribe(connection, holdersChannel(room.id));
    const place = await this.places.findPlace(room.id, credential);
    if (place === undefined) throw new AppError('unauthenticated', 'Your credential is no longer valid.');
    if (connection.closed) return;
    const seat = { ...place, credential, permissions, identity, expiresAt };
    await this.seats.seat(connection, seat, this.selectorsOf(credential), request);
  }

  /** A newer token for the same person and rights extends the stay; anything else ends it. @throws AppError */
  async refresh(connection: RoomConnection, token: string | undefined): Promise<void> {
    const principal = principalOf(connection);
    if (principal?.credential.kind !== 'issuer' || token === undefined) {
      connection.close(DISCONNECT.notAllowed);
      return;
    }
    const { issuerId, subject, rooms, expiresAt } = await this.tokens.verify(token, connection);
    const isSame = issuerId === principal.credential.issuerId && subject === principal.identity;
    if (!isSame || rightIn(rooms, principal.roomName) !== principal.permissions)
      connection.close(DISCONNECT.notAllowed);
    else if (!connection.closed) this.seats.prolong(connection, principal, expiresAt);
  }

  private async identify(connection: RoomConnection, proof: string): Promise<Holder> {
    if (isTicket(proof)) {
      const { applicationId, keyId, identity, rooms } = await this.tickets.redeem('application', proof, connection);
      return { applicationId, credential: { kind: 'application', keyId }, identity, rooms, expiresAt: null };
    }
    const { applicationId, issuerId, subject, rooms, expiresAt } = await this.tokens.verify(proof, connection);
    return { applicationId, credential: { kind: 'issuer', issuerId }, identity: subject, rooms, expiresAt };
  }

  private selectorsOf(credential: Holder['credential']): string[] {
    if (credential.kind === 'issuer') return [this.selectors.of('issuer', credential.issuerId)];
    return credential.keyId === null ? [] : [this.selectors.of('apiKey', credential.keyId)];
  }
}

function voucherChannel(credential: Holder['credential'], applicationId: number) {
  if (credential.kind === 'issuer') return issuerChannel(credential.issuerId);
  return credential.keyId === null ? applicationChannel(applicationId) : apiKeyChannel(credential.keyId);
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such room.');
}
