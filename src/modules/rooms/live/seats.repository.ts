import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FLOOR, headOf } from '../log/message-log.repository.js';
import { type Seat } from '../room-connection.js';
import { type Permissions } from '../rooms.events.js';

interface SeatRow {
  readonly code_digest: Buffer;
  readonly endpoint_id: number;
  readonly made_by_key: number | null;
  readonly permissions: Permissions;
  readonly identity: string;
  readonly expires_at: Date | null;
  readonly application_id: number;
  readonly room_id: number;
  readonly room_name: string;
  readonly durable: boolean;
  readonly epoch: string | null;
  readonly last_offset: string;
  readonly floor_offset: string;
}

/** What of an endpoint and its room may change while it is connected. */
export type SeatStanding = Pick<Seat, 'permissions' | 'durable'>;

/** Endpoints with their rooms, as admission needs them. */
@Injectable()
export class SeatsRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** The endpoints with these digests of codes, by digest in hexadecimal. */
  async find(digests: readonly Buffer[]): Promise<Map<string, Seat>> {
    const rows: SeatRow[] = await this.database.query(
      `SELECT e."code_digest", e."id" AS "endpoint_id", e."made_by_key", e."permissions", e."identity", e."expires_at",
         r."application_id", r."id" AS "room_id", r."name" AS "room_name", r."durable", h."epoch", h."last_offset", ${FLOOR} AS "floor_offset"
       FROM "room_endpoints" e JOIN "rooms" r ON r."id" = e."room_id" LEFT JOIN "room_heads" h ON h."room_id" = r."id"
       WHERE e."code_digest" = ANY ($1)`,
      [digests],
    );
    return new Map(rows.map((row) => [row.code_digest.toString('hex'), seatOf(row)]));
  }

  /** What has become of these endpoints, by id; of those that are deleted or have expired at `now`, nothing. */
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
    endpointId: row.endpoint_id,
    madeByKey: row.made_by_key,
    permissions: row.permissions,
    identity: row.identity,
    expiresAt: row.expires_at?.getTime() ?? null,
    applicationId: row.application_id,
    roomId: row.room_id,
    roomName: row.room_name,
    durable: row.durable,
    head: row.epoch === null ? null : headOf({ ...row, epoch: row.epoch }),
  };
}
