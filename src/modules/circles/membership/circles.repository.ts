import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { Circle } from '../../../entities/circles/circle.entity.js';
import { CircleMember, type CirclePrivilege } from '../../../entities/circles/circle-member.entity.js';
import { Device } from '../../../entities/circles/device.entity.js';

/** A circle as one of its members or devices sees it. */
export interface CircleRow {
  readonly id: number;
  readonly name: string;
  /** `null` for a device. */
  readonly privilege: CirclePrivilege | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Who must be told that a circle is gone. */
export interface RemovedCircle {
  readonly userIds: readonly number[];
  readonly deviceIds: readonly number[];
  /** Logins of its devices, which end with it. */
  readonly logins: readonly number[];
  readonly conversationIds: readonly number[];
}

const COLUMNS = `c."id", c."name", c."created_at" AS "createdAt", c."updated_at" AS "updatedAt"`;

@Injectable()
export class CirclesRepository {
  constructor(@InjectRepository(Circle) private readonly circles: Repository<Circle>) {}

  /** Creates a circle with its first member, who is its `ADMIN`. */
  create(name: string, adminId: number): Promise<CircleRow> {
    return this.circles.manager.transaction(async (manager) => {
      const circle = await manager.save(manager.create(Circle, { name }));
      await manager.insert(CircleMember, { circleId: circle.id, userId: adminId, privilege: 'ADMIN' });
      const { id, createdAt, updatedAt } = circle;
      return { id, name, privilege: 'ADMIN', createdAt, updatedAt };
    });
  }

  async find(id: number, userId: number | null): Promise<CircleRow | undefined> {
    const rows: CircleRow[] = await this.circles.query(
      `SELECT ${COLUMNS}, m."privilege" FROM "circles" c
       LEFT JOIN "circle_members" m ON m."circle_id" = c."id" AND m."user_id" = $2 WHERE c."id" = $1`,
      [id, userId],
    );
    return rows[0];
  }

  /** Circles of a person, ascending by id. */
  listOf(userId: number, afterId: number, take: number): Promise<CircleRow[]> {
    return this.circles.query(
      `SELECT ${COLUMNS}, m."privilege" FROM "circle_members" m JOIN "circles" c ON c."id" = m."circle_id"
       WHERE m."user_id" = $1 AND m."circle_id" > $2 ORDER BY m."circle_id" LIMIT $3`,
      [userId, afterId, take],
    );
  }

  /** How and where the coming and going of a person is announced. One statement: it runs for every sign-in. */
  async announcedAs(userId: number): Promise<{ email: string; circleIds: number[] } | undefined> {
    const rows: { email: string; circleIds: number[] }[] = await this.circles.query(
      prepared(
        `SELECT u."email"::text, ARRAY(
           SELECT m."circle_id" FROM "circle_members" m WHERE m."user_id" = u."id" ORDER BY m."circle_id"
         ) AS "circleIds" FROM "users" u WHERE u."id" = $1`,
      ),
      [userId],
    );
    return rows[0];
  }

  async circleOfDevice(deviceId: number): Promise<number | undefined> {
    return (await this.circles.manager.findOneBy(Device, { id: deviceId }))?.circleId;
  }

  /** @returns whether there was such a circle */
  async rename(id: number, name: string): Promise<boolean> {
    return (await this.circles.update({ id }, { name })).affected === 1;
  }

  /** @returns `undefined` when there was no such circle */
  remove(id: number): Promise<RemovedCircle | undefined> {
    return this.circles.manager.transaction(async (manager) => {
      const found: unknown[] = await manager.query(`SELECT 1 FROM "circles" WHERE "id" = $1 FOR UPDATE`, [id]);
      return found.length === 0 ? undefined : removeCircle(manager, id);
    });
  }
}

/** Removes a circle that the transaction has locked. */
export async function removeCircle(manager: EntityManager, id: number): Promise<RemovedCircle> {
  // In the same order as messages are appended, so that the two cannot deadlock.
  const conversations: { id: number }[] = await manager.query(
    `SELECT "id" FROM "conversations" WHERE "circle_id" = $1 ORDER BY "id" FOR NO KEY UPDATE`,
    [id],
  );
  const members: { id: number }[] = await manager.query(
    `SELECT "user_id" AS "id" FROM "circle_members" WHERE "circle_id" = $1`,
    [id],
  );
  const devices: { id: number; logins: number[] }[] = await manager.query(
    `SELECT d."id", array(SELECT l."id" FROM "logins" l WHERE l."device_id" = d."id") AS "logins"
     FROM "devices" d WHERE d."circle_id" = $1`,
    [id],
  );
  await manager.query(`DELETE FROM "circles" WHERE "id" = $1`, [id]);
  return {
    userIds: members.map((member) => member.id),
    deviceIds: devices.map((device) => device.id),
    logins: devices.flatMap(({ logins }) => logins),
    conversationIds: conversations.map((conversation) => conversation.id),
  };
}
