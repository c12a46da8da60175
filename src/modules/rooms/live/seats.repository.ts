import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { FLOOR, headOf } from '../log/message-log.repository.js';
import { type RoomPlace, type Seat, type SeatCredential } from '../room-connection.js';
import { type Permissions } from '../rooms.events.js';

interface SeatRow extends PlaceRow {
  readonly code_digest: Buffer;
  readonly endpoint_id: number;
  readonly made_by_key: number | null;
  readonly permissions: Permissions;
  readonly identity: string;
  readonly expires_at: Date | null;
}

interface PlaceRow {
  readonly application_id: number;
  readonly room_id: number;
  readonly room_name: string;
  readonly durable: boolean;
  readonly epoch: string | null;
  readonly last_offset: string;
  readonly floor_offset: string;
}

/** The parts of an endpoint and its room that may change while it is connected. */
export type SeatStanding = Pick<Seat, 'permissions' | 'durable'>;

/** The state of rooms entered by token or ticket, and of what vouches for their holders. */
export interface HolderStanding {
  /** By room id, whether it keeps messages. */
  readonly rooms: ReadonlyMap<number, boolean>;
  readonly issuers: ReadonlySet<number>;
  readonly keys: ReadonlySet<number>;
}

const PLACE = `r."application_id", r."id" AS "room_id", r."name"::text AS "room_name", r."durable", h."epoch"::text, h."last_offset",
         ${FLOOR} AS "floor_offset"`;

/** Seats with their rooms, as needed for admission. */
@Injectable()
export class SeatsRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** The endpoints with these code digests, by digest in hexadecimal. */
  async find(digests: readonly Buffer[]): Promise<Map<string, Seat>> {
    const rows: SeatRow[] = await this.database.query(
      prepared(
        `SELECT e."code_digest", e."id" AS "endpoint_id", e."made_by_key", e."permissions"::text, e."identity"::text,
           e."expires_at", ${PLACE}
       FROM "room_endpoints" e JOIN "rooms" r ON r."id" = e."room_id" LEFT JOIN "room_heads" h ON h."room_id" = r."id"
         WHERE e."code_digest" = ANY ($1)`,
      ),
      [digests],
    );
    return new Map(rows.map((row) => [row.code_digest.toString('hex'), seatOf(row)]));
  }

  async hasEndpoint(id: number): Promise<boolean> {
    const rows: unknown[] = await this.database.query(`SELECT FROM "room_endpoints" WHERE "id" = $1`, [id]);
    return rows.length > 0;
  }

  /** A room, if `credential` is still valid. */
  async findPlace(roomId: number, credential: SeatCredential): Promise<RoomPlace | undefined> {
    const { table, id } = voucherOf(credential);
    const rows: PlaceRow[] = await this.database.query(
      `SELECT ${PLACE} FROM "rooms" r LEFT JOIN "room_heads" h ON h."room_id" = r."id"
       WHERE r."id" = $1 AND ($2::int IS NULL OR EXISTS (SELECT 1 FROM "${table}" v WHERE v."id" = $2))`,
      [roomId, id],
    );
    return rows[0] && placeOf(rows[0]);
  }

  /** Which of these still exist; one statement. */
  async holderStanding(
    roomIds: readonly number[],
    issuerIds: readonly number[],
    keyIds: readonly number[],
  ): Promise<HolderStanding> {
    const rows: { readonly kind: string; readonly id: number; readonly durable: boolean }[] = await this.database.query(
      `SELECT 'room' AS "kind", "id", "durable" FROM "rooms" WHERE "id" = ANY ($1)
       UNION ALL SELECT 'issuer', "id", false FROM "token_issuers" WHERE "id" = ANY ($2)
       UNION ALL SELECT 'key', "id", false FROM "application_keys" WHERE "id" = ANY ($3)`,
      [roomIds, issuerIds, keyIds],
    );
    const of = (kind: string) => rows.filter((row) => row.kind === kind);
    return {
      rooms: new Map(of('room').map(({ id, durable }) => [id, durable])),
      issuers: new Set(of('issuer').map(({ id }) => id)),
      keys: new Set(of('key').map(({ id }) => id)),
    };
  }

  /** The current state of these endpoints, by id; without those deleted or expired at `now`. */
  async standing(endpointIds: readonly number[], now: Date): Promise<Map<number, SeatStanding>> {
    const rows: (SeatStanding & { readonly id: number })[] = await this.database.query(
      `SELECT e."id", e."permissions", r."durable"
       FROM "room_endpoints" e JOIN "rooms" r ON r."id" = e."room_id"
       WHERE e."id" = ANY ($1) AND (e."expires_at" IS NULL OR e."expires_at" > $2)`,
      [endpointIds, now],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }
}

function seatOf(row: SeatRow): Seat {
  return {
    credential: { kind: 'endpoint', endpointId: row.endpoint_id, madeByKey: row.made_by_key },
    permissions: row.permissions,
    identity: row.identity,
    expiresAt: row.expires_at?.getTime() ?? null,
    ...placeOf(row),
  };
}

function placeOf(row: PlaceRow): RoomPlace {
  return {
    applicationId: row.application_id,
    roomId: row.room_id,
    roomName: row.room_name,
    durable: row.durable,
    head: row.epoch === null ? null : headOf({ ...row, epoch: row.epoch }),
  };
}

/** The table and id of what vouches for somebody; without an id, the room itself does. */
function voucherOf(credential: SeatCredential): { table: string; id: number | null } {
  switch (credential.kind) {
    case 'endpoint':
      return { table: 'room_endpoints', id: credential.endpointId };
    case 'issuer':
      return { table: 'token_issuers', id: credential.issuerId };
    case 'application':
      return { table: 'application_keys', id: credential.keyId };
  }
}
