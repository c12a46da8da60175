import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { CircleMember, type CirclePrivilege } from '../../../entities/circles/circle-member.entity.js';
import { removeCircle, type RemovedCircle } from './circles.repository.js';

export interface MemberRow {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly birthday: string | null;
  readonly privilege: CirclePrivilege;
  readonly joinedAt: Date;
}

/** A new `ADMIN` of a conversation. */
export interface Appointment {
  readonly conversationId: number;
  readonly userId: number;
}

/** What somebody's departure changed in the circle. */
export interface Departure {
  readonly email: string;
  /** Conversations they took part in. */
  readonly conversationIds: readonly number[];
  /** The new `ADMIN`s of those. */
  readonly appointed: readonly Appointment[];
  /** Those that were removed, with the people and devices that could take part. */
  readonly closed: readonly { readonly id: number; readonly userIds: number[]; readonly deviceIds: number[] }[];
  /** The circle, if it was removed because nobody was left. */
  readonly removed: RemovedCircle | null;
}

@Injectable()
export class MembersRepository {
  constructor(@InjectRepository(CircleMember) private readonly members: Repository<CircleMember>) {}

  list(circleId: number, afterId: number, take: number): Promise<MemberRow[]> {
    return this.members.query(
      `SELECT u."id", u."email", u."first_name" AS "firstName", u."last_name" AS "lastName",
         to_char(u."birthday", 'YYYY-MM-DD') AS "birthday", m."privilege", m."joined_at" AS "joinedAt"
       FROM "circle_members" m JOIN "users" u ON u."id" = m."user_id"
       WHERE m."circle_id" = $1 AND m."user_id" > $2 ORDER BY m."user_id" LIMIT $3`,
      [circleId, afterId, take],
    );
  }

  async find(circleId: number, userId: number): Promise<MemberRow | undefined> {
    return (await this.list(circleId, userId - 1, 1)).find(({ id }) => id === userId);
  }

  /**
   * Changes a member's privilege; `ADMIN` passes from its holder to the member.
   * @returns `admin` when the change would leave the circle without one
   */
  changePrivilege(circleId: number, userId: number, privilege: CirclePrivilege): Promise<'done' | 'absent' | 'admin'> {
    return this.members.manager.transaction(async (manager) => {
      await manager.query(`SELECT 1 FROM "circles" WHERE "id" = $1 FOR UPDATE`, [circleId]);
      const member = await manager.findOneBy(CircleMember, { circleId, userId });
      if (member === null) return 'absent';
      if (member.privilege === privilege) return 'done';
      if (member.privilege === 'ADMIN') return 'admin';
      if (privilege === 'ADMIN') await manager.update(CircleMember, { circleId, privilege }, { privilege: 'MEMBRE' });
      await manager.update(CircleMember, { circleId, userId }, { privilege });
      return 'done';
    });
  }

  /**
   * Removes somebody from a circle and its conversations. Where no `ADMIN` is left, the longest-standing member becomes
   * one. When they leave on their own (`leaving`), conversations left with one participant and a circle left with no
   * member are removed, too.
   * @returns `undefined` when they were no member
   */
  remove(circleId: number, userId: number, leaving: boolean): Promise<Departure | undefined> {
    return this.members.manager.transaction((manager) => removeMember(manager, circleId, userId, leaving));
  }
}

/** Removes an account that is being deleted from all its circles. */
export async function removeEverywhere(
  manager: EntityManager,
  userId: number,
): Promise<{ circleId: number; departure: Departure }[]> {
  await manager.query(`DELETE FROM "circle_invites" WHERE "email" = (SELECT "email" FROM "users" WHERE "id" = $1)`, [
    userId,
  ]);
  const departures: { circleId: number; departure: Departure }[] = [];
  const memberships = await manager.find(CircleMember, { where: { userId }, order: { circleId: 'ASC' } });
  for (const { circleId } of memberships) {
    const departure = await removeMember(manager, circleId, userId, true);
    if (departure) departures.push({ circleId, departure });
  }
  return departures;
}

async function removeMember(
  manager: EntityManager,
  circleId: number,
  userId: number,
  leaving: boolean,
): Promise<Departure | undefined> {
  await manager.query(`SELECT 1 FROM "circles" WHERE "id" = $1 FOR UPDATE`, [circleId]);
  const [member] = await manager.query<{ email: string }[]>(
    `SELECT u."email" FROM "circle_members" m JOIN "users" u ON u."id" = m."user_id"
     WHERE m."circle_id" = $1 AND m."user_id" = $2`,
    [circleId, userId],
  );
  if (member === undefined) return undefined;
  const conversationIds = await lockConversationsOf(manager, circleId, userId);
  await manager.query(
    `UPDATE "conversation_links" SET "member_of" = NULL, "privilege" = 'STANDARD'
     WHERE "member_of" = $1 AND "user_id" = $2`,
    [circleId, userId],
  );
  await manager.delete(CircleMember, { circleId, userId });
  const appointed = await appointConversationAdmins(manager, conversationIds);
  const [closed, removed] = [
    await closeConversations(manager, conversationIds, leaving ? 1 : 0),
    await appointCircleAdmin(manager, circleId, leaving),
  ];
  return { email: member.email, conversationIds, appointed, closed, removed };
}

/** In the same order as messages are appended, so that the two cannot deadlock. */
async function lockConversationsOf(manager: EntityManager, circleId: number, userId: number): Promise<number[]> {
  const rows: { id: number }[] = await manager.query(
    `SELECT c."id" FROM "conversations" c WHERE c."circle_id" = $1 AND EXISTS (
       SELECT FROM "conversation_links" l WHERE l."conversation_id" = c."id" AND l."user_id" = $2 AND l."member_of" = $1
     ) ORDER BY c."id" FOR NO KEY UPDATE`,
    [circleId, userId],
  );
  return rows.map(({ id }) => id);
}

/** In conversations without an `ADMIN`, makes the longest-standing participant one. */
export async function appointConversationAdmins(
  manager: EntityManager,
  ids: readonly number[],
): Promise<Appointment[]> {
  const [appointed] = await manager.query<[Appointment[], number]>(
    `UPDATE "conversation_links" SET "privilege" = 'ADMIN' WHERE "id" IN (
       SELECT min("id") FROM "conversation_links" WHERE "conversation_id" = ANY ($1) AND "member_of" IS NOT NULL
       GROUP BY "conversation_id" HAVING count(*) FILTER (WHERE "privilege" = 'ADMIN') = 0)
     RETURNING "conversation_id" AS "conversationId", "user_id" AS "userId"`,
    [ids],
  );
  return appointed;
}

/**
 * Removes those of the conversations that have at most `most` participants, counting the circle's devices where they
 * have access. Conversations without any person are removed in any case, since nobody could see them.
 */
export async function closeConversations(
  manager: EntityManager,
  ids: readonly number[],
  most: number,
): Promise<{ id: number; userIds: number[]; deviceIds: number[] }[]> {
  if (ids.length === 0) return [];
  const rows: { id: number; userIds: number[]; deviceIds: number[] }[] = await manager.query(
    `SELECT c."id",
       array(SELECT l."user_id" FROM "conversation_links" l
         WHERE l."conversation_id" = c."id" AND l."member_of" IS NOT NULL) AS "userIds",
       array(SELECT d."id" FROM "devices" d WHERE d."circle_id" = c."circle_id" AND c."device_access") AS "deviceIds"
     FROM "conversations" c WHERE c."id" = ANY ($1) AND c."circle_id" IS NOT NULL`,
    [ids],
  );
  const closed = rows.filter(
    ({ userIds, deviceIds }) => userIds.length === 0 || userIds.length + deviceIds.length <= most,
  );
  if (closed.length > 0)
    await removeConversations(
      manager,
      closed.map(({ id }) => id),
    );
  return closed;
}

/** Makes conversations invisible; the sweeper deletes their messages later. */
async function removeConversations(manager: EntityManager, ids: readonly number[]): Promise<void> {
  await manager.query(
    `UPDATE "conversation_links" SET "member_of" = NULL, "privilege" = 'STANDARD'
     WHERE "conversation_id" = ANY ($1) AND "member_of" IS NOT NULL`,
    [ids],
  );
  await manager.query(`UPDATE "conversations" SET "circle_id" = NULL, "updated_at" = now() WHERE "id" = ANY ($1)`, [
    ids,
  ]);
}

async function appointCircleAdmin(
  manager: EntityManager,
  circleId: number,
  leaving: boolean,
): Promise<RemovedCircle | null> {
  const [state] = await manager.query<{ members: number; admins: number }[]>(
    `SELECT count(*)::integer AS "members", count(*) FILTER (WHERE "privilege" = 'ADMIN')::integer AS "admins"
     FROM "circle_members" WHERE "circle_id" = $1`,
    [circleId],
  );
  if (state === undefined || state.members === 0) return leaving ? removeCircle(manager, circleId) : null;
  if (state.admins === 0) {
    await manager.query(
      `UPDATE "circle_members" SET "privilege" = 'ADMIN' WHERE ("circle_id", "user_id") = (
         SELECT "circle_id", "user_id" FROM "circle_members" WHERE "circle_id" = $1 ORDER BY "joined_at", "user_id" LIMIT 1)`,
      [circleId],
    );
  }
  return null;
}
