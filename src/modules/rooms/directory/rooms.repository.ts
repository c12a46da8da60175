import { Injectable } from '@nestjs/common';
import { type LogHead } from '../../durable-log/log-kind.js';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, MoreThan, Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { containing } from '../../../common/database/search.js';
import { SharedReads } from '../../../common/database/shared-reads.js';
import { AppError } from '../../../common/errors/app-error.js';
import { violatesConstraint } from '../../../common/errors/constraint-violation.js';
import { Room } from '../../../entities/rooms/room.entity.js';
import { integers, texts } from '../../database/binary-arrays.js';
import { FLOOR, FLOOR_BY_NUMBER, headOf } from '../log/message-log.repository.js';
import { isRoomName } from '../room-name.js';

/** What an application may decide about a room. */
export type RoomOptions = Partial<Pick<Room, 'name' | 'durable' | 'historyLimit' | 'retentionDays'>>;

/** A room with the start and end of its log, if it keeps messages. */
export interface RoomWithHead {
  readonly room: Room;
  readonly head: LogHead | null;
}

type RoomRow = Omit<Room, 'application'>;

interface HeadRow {
  readonly epoch: string | null;
  readonly last_offset: string;
  readonly floor_offset: string;
}

const ROOM = `r."id", r."application_id" AS "applicationId", r."name"::text, r."durable",
  r."history_limit" AS "historyLimit", r."retention_days" AS "retentionDays", r."created_at" AS "createdAt",
  r."updated_at" AS "updatedAt"`;
const BY_NAMES = `FROM unnest($1::integer[], $2::text[]) AS k ("application_id", "name")
  JOIN "rooms" r ON r."application_id" = k."application_id" AND r."name" = k."name"`;
const FIND = prepared(`SELECT ${ROOM} ${BY_NAMES}`);
const FIND_WITH_HEADS = prepared(
  `SELECT ${ROOM}, h."epoch"::text, h."last_offset", ${FLOOR_BY_NUMBER} AS "floor_offset" ${BY_NAMES}
   LEFT JOIN "room_heads" h ON h."room_id" = r."id" AND r."durable"`,
);

/** Clients of REST wait for an answer before they ask again: of them no more come by waiting. */
const GATHER_MS = 0;

@Injectable()
export class RoomsRepository {
  /** By application and name, see `keyOf`. */
  private readonly found = new SharedReads<Room, string>(async (keys) => {
    const rows: RoomRow[] = await this.rooms.query(FIND, columnsOf(keys));
    return new Map(rows.map((row) => [keyOf(row), Object.assign(new Room(), row)]));
  }, GATHER_MS);
  private readonly foundWithHeads = new SharedReads<RoomWithHead, string>(async (keys) => {
    const rows: (RoomRow & HeadRow)[] = await this.rooms.query(FIND_WITH_HEADS, columnsOf(keys));
    return new Map(
      rows.map(({ epoch, last_offset, floor_offset, ...row }) => [
        keyOf(row),
        {
          room: Object.assign(new Room(), row),
          head: epoch === null ? null : headOf({ epoch, last_offset, floor_offset }),
        },
      ]),
    );
  }, GATHER_MS);

  constructor(@InjectRepository(Room) private readonly rooms: Repository<Room>) {}

  async find(applicationId: number, name: string): Promise<Room | undefined> {
    // What is no name names no room; PostgreSQL takes no text with NUL in it.
    return isRoomName(name) ? this.found.read(keyOf({ applicationId, name })) : undefined;
  }

  async findWithHead(applicationId: number, name: string): Promise<RoomWithHead | undefined> {
    if (!isRoomName(name)) return undefined;
    const found = await this.foundWithHeads.read(keyOf({ applicationId, name }));
    if (!found?.head || found.room.retentionDays === null) return found;
    return { room: found.room, head: await this.head(found.room.id) };
  }

  /** Those of `ids` that exist. */
  byIds(ids: readonly number[]): Promise<Room[]> {
    return this.rooms.findBy({ id: In(ids) });
  }

  /** Ascending by id, i.e. in order of creation. */
  page(applicationId: number, q: string | undefined, afterId: number, take: number): Promise<Room[]> {
    const where = { applicationId, id: MoreThan(afterId), ...(q !== undefined && { name: containing(q) }) };
    return this.rooms.find({ where, order: { id: 'ASC' }, take });
  }

  /** All names, in order of creation. */
  async names(applicationId: number): Promise<string[]> {
    const rooms = await this.rooms.find({ where: { applicationId }, order: { id: 'ASC' }, select: { name: true } });
    return rooms.map(({ name }) => name);
  }

  /** @throws AppError `already_exists` when the name is taken */
  create(applicationId: number, options: RoomOptions & Pick<Room, 'name'>, epoch: string): Promise<Room> {
    return refuseTakenName(
      this.rooms.manager.transaction(async (manager) => {
        const room = await manager.save(manager.create(Room, { ...options, applicationId }));
        if (room.durable) await newEpoch(manager, room.id, epoch);
        return room;
      }),
    );
  }

  /**
   * @param epoch the new one, if the room begins to keep messages
   * @param was told the room as it was
   * @throws AppError `already_exists` when the name is taken
   */
  async change(
    applicationId: number,
    name: string,
    change: RoomOptions,
    epoch: string,
    was: (room: Room) => void,
  ): Promise<{ room: Room; wasDurable: boolean } | undefined> {
    if (!isRoomName(name)) return undefined;
    return refuseTakenName(
      this.rooms.manager.transaction(async (manager) => {
        const room = await manager.findOne(Room, {
          where: { applicationId, name },
          lock: { mode: 'for_no_key_update' },
        });
        if (room === null) return undefined;
        was(room);
        const wasDurable = room.durable;
        const changed: Room = await manager.save(Room, manager.merge(Room, room, change));
        if (changed.durable && !wasDurable) await newEpoch(manager, room.id, epoch);
        return { room: changed, wasDurable };
      }),
    );
  }

  /** @returns its id and the digests of its endpoints' codes, `undefined` when there is no such room */
  async delete(
    applicationId: number,
    name: string,
    was: (room: Room) => void,
  ): Promise<{ id: number; digests: Buffer[] } | undefined> {
    if (!isRoomName(name)) return undefined;
    return this.rooms.manager.transaction(async (manager) => {
      // This lock keeps new endpoints out, so that the list is complete.
      const room = await manager.findOne(Room, { where: { applicationId, name }, lock: { mode: 'pessimistic_write' } });
      if (room === null) return undefined;
      was(room);
      const digests: { code_digest: Buffer }[] = await manager.query(
        `SELECT "code_digest" FROM "room_endpoints" WHERE "room_id" = $1`,
        [room.id],
      );
      await manager.query(
        `INSERT INTO "removed_rooms" ("room_id") SELECT "room_id" FROM "room_heads" WHERE "room_id" = $1`,
        [room.id],
      );
      const { id } = room;
      await manager.delete(Room, { id });
      return { id, digests: digests.map(({ code_digest }) => code_digest) };
    });
  }

  private async head(roomId: number): Promise<LogHead | null> {
    const [row]: (HeadRow & { readonly epoch: string })[] = await this.rooms.query(
      `SELECT h."epoch", h."last_offset", ${FLOOR} AS "floor_offset"
       FROM "room_heads" h JOIN "rooms" r ON r."id" = h."room_id" WHERE h."room_id" = $1`,
      [roomId],
    );
    return row ? headOf(row) : null;
  }
}

const keyOf = ({ applicationId, name }: Pick<Room, 'applicationId' | 'name'>): string => `${applicationId} ${name}`;

/** Of such keys, as parameters: their applications, and their names. */
function columnsOf(keys: readonly string[]): Buffer[] {
  const parts = keys.map((key) => key.split(' '));
  return [integers(parts.map(([id]) => Number(id))), texts(parts.map(([, name = '']) => name))];
}

/** What was kept before is gone, offsets go on, and the keys of before count no longer. */
async function newEpoch(manager: EntityManager, roomId: number, epoch: string): Promise<void> {
  await manager.query(
    `INSERT INTO "room_heads" ("room_id", "epoch") VALUES ($1, $2)
     ON CONFLICT ON CONSTRAINT "room_heads_pkey" DO UPDATE
     SET "epoch" = EXCLUDED."epoch", "floor_offset" = "room_heads"."last_offset"`,
    [roomId, epoch],
  );
  await manager.query(`DELETE FROM "room_message_keys" WHERE "room_id" = $1`, [roomId]);
}

async function refuseTakenName<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!violatesConstraint(error, 'rooms_application_id_name_key')) throw error;
    throw new AppError('already_exists', 'There is a room with this name already.', {
      errors: [{ field: 'name', message: 'is taken' }],
      cause: error,
    });
  }
}
