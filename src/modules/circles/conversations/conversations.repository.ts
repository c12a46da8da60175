import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { Conversation } from '../../../entities/circles/conversation.entity.js';
import { ConversationLink, type ConversationPrivilege } from '../../../entities/circles/conversation-link.entity.js';
import { type Appointment, appointConversationAdmins, closeConversations } from '../membership/members.repository.js';

/** Unread messages are counted up to this number. */
export const MAX_UNREAD = 1_000;

export interface ConversationRow {
  readonly id: number;
  readonly circleId: number;
  readonly name: string;
  readonly deviceAccess: boolean;
  /** The caller's; `null` for a device. */
  readonly privilege: ConversationPrivilege | null;
  /** Messages by others after the caller's read marker, up to `MAX_UNREAD`; 0 for a device. */
  readonly unreadCount: number;
  readonly readMessageId: number;
  readonly lastMessageId: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ParticipantRow {
  readonly conversationId: number;
  /** Id of the account. */
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly privilege: ConversationPrivilege;
  readonly readMessageId: number;
}

export interface NewConversation {
  readonly circleId: number;
  readonly name: string;
  readonly deviceAccess: boolean;
  /** The participants besides the creator. */
  readonly memberIds: readonly number[];
}

/** Who took part in a conversation that has been removed. */
export interface Audience {
  readonly userIds: number[];
  readonly deviceIds: number[];
}

const SELECT = `SELECT c."id", c."circle_id" AS "circleId", c."name", c."device_access" AS "deviceAccess", l."privilege",
    coalesce(l."read_message_id", 0) AS "readMessageId", c."last_message_id" AS "lastMessageId",
    c."created_at" AS "createdAt", c."updated_at" AS "updatedAt",
    CASE WHEN l."id" IS NULL THEN 0 ELSE (SELECT count(*)::integer FROM (
      SELECT 1 FROM "conversation_messages" m WHERE m."conversation_id" = c."id" AND m."id" > l."read_message_id"
        AND m."author_id" <> l."id" AND m."deleted_at" IS NULL LIMIT ${MAX_UNREAD}) unread) END AS "unreadCount"
  FROM "conversations" c`;
const OF_USER = `"conversation_links" l ON l."conversation_id" = c."id" AND l."member_of" IS NOT NULL AND l."user_id"`;

@Injectable()
export class ConversationsRepository {
  constructor(@InjectRepository(Conversation) private readonly conversations: Repository<Conversation>) {}

  /** @param userId `null` for a device */
  async find(id: number, userId: number | null): Promise<ConversationRow | undefined> {
    const rows: ConversationRow[] = await this.conversations.query(
      `${SELECT} LEFT JOIN ${OF_USER} = $2 WHERE c."id" = $1 AND c."circle_id" IS NOT NULL`,
      [id, userId],
    );
    return rows[0];
  }

  /** Conversations of a circle that a person takes part in, ascending by id. */
  listOfUser(circleId: number, userId: number, afterId: number, take: number): Promise<ConversationRow[]> {
    return this.conversations.query(
      `${SELECT} JOIN ${OF_USER} = $2 WHERE c."circle_id" = $1 AND c."id" > $3 ORDER BY c."id" LIMIT $4`,
      [circleId, userId, afterId, take],
    );
  }

  /** Conversations of a circle that devices may use, ascending by id. */
  listOfDevices(circleId: number, afterId: number, take: number): Promise<ConversationRow[]> {
    return this.conversations.query(
      `${SELECT} LEFT JOIN ${OF_USER} IS NULL AND false
       WHERE c."circle_id" = $1 AND c."device_access" AND c."id" > $2 ORDER BY c."id" LIMIT $3`,
      [circleId, afterId, take],
    );
  }

  /** All participants of the conversations. */
  participants(ids: readonly number[]): Promise<ParticipantRow[]> {
    return this.conversations.query(
      `SELECT l."conversation_id" AS "conversationId", u."id", u."email", u."first_name" AS "firstName",
         u."last_name" AS "lastName", l."privilege", l."read_message_id" AS "readMessageId"
       FROM "conversation_links" l JOIN "users" u ON u."id" = l."user_id"
       WHERE l."conversation_id" = ANY ($1) AND l."member_of" IS NOT NULL ORDER BY l."conversation_id", l."id"`,
      [ids],
    );
  }

  /** @returns the conversation's id; `undefined` when somebody named is no member of the circle */
  create({ circleId, name, deviceAccess, memberIds }: NewConversation, adminId: number): Promise<number | undefined> {
    return this.conversations.manager.transaction(async (manager) => {
      const everybody = [adminId, ...memberIds];
      // Shared locks: none of them can leave the circle before they take part.
      const members: unknown[] = await manager.query(
        `SELECT 1 FROM "circle_members" WHERE "circle_id" = $1 AND "user_id" = ANY ($2) FOR SHARE`,
        [circleId, everybody],
      );
      if (members.length !== everybody.length) return undefined;
      const { id } = await manager.save(manager.create(Conversation, { circleId, name, deviceAccess }));
      for (const userId of everybody) {
        const privilege = userId === adminId ? 'ADMIN' : 'STANDARD';
        await manager.insert(ConversationLink, { conversationId: id, userId, memberOf: circleId, privilege });
      }
      return id;
    });
  }

  /** @returns what actually changed; `undefined` when there is no such conversation */
  change(
    id: number,
    changes: { name?: string; deviceAccess?: boolean },
  ): Promise<{ renamed: boolean; access: boolean | null } | undefined> {
    return this.conversations.manager.transaction(async (manager) => {
      const before = await lock(manager, id);
      if (before === undefined) return undefined;
      const { name = before.name, deviceAccess = before.deviceAccess } = changes;
      const access = deviceAccess === before.deviceAccess ? null : deviceAccess;
      await manager.update(Conversation, { id }, { name, deviceAccess });
      return { renamed: changes.name !== undefined, access };
    });
  }

  /** @returns who took part; `undefined` when there was no such conversation */
  remove(id: number): Promise<Audience | undefined> {
    return this.conversations.manager.transaction(async (manager) => {
      if ((await lock(manager, id)) === undefined) return undefined;
      const [audience] = await closeConversations(manager, [id], Infinity);
      return audience;
    });
  }

  /** Id of the circle's member with that id or (normalized) email. */
  async findMember(circleId: number, who: { userId: number } | { email: string }): Promise<number | undefined> {
    const [condition, value] = 'userId' in who ? ['u."id" = $2', who.userId] : ['u."email" = $2', who.email];
    const rows: { id: number }[] = await this.conversations.query(
      `SELECT u."id" FROM "circle_members" m JOIN "users" u ON u."id" = m."user_id"
       WHERE m."circle_id" = $1 AND ${condition}`,
      [circleId, value],
    );
    return rows[0]?.id;
  }

  /** @returns their read marker; `undefined` when they already take part, or are no longer a member of the circle */
  async addParticipant(id: number, circleId: number, userId: number): Promise<number | undefined> {
    const rows: { read: number }[] = await this.conversations.query(
      `INSERT INTO "conversation_links" ("conversation_id", "user_id", "member_of", "privilege")
       SELECT c."id", m."user_id", m."circle_id", 'STANDARD' FROM "conversations" c
       JOIN "circle_members" m ON m."circle_id" = c."circle_id" AND m."user_id" = $3
       WHERE c."id" = $1 AND c."circle_id" = $2
       ON CONFLICT ("user_id", "conversation_id") DO UPDATE
       SET "member_of" = EXCLUDED."member_of", "privilege" = 'STANDARD', "joined_at" = now()
       WHERE "conversation_links"."member_of" IS NULL RETURNING "read_message_id" AS "read"`,
      [id, circleId, userId],
    );
    return rows[0]?.read;
  }

  /**
   * Removes a participant; if no `ADMIN` is left, the longest-standing participant becomes one. When somebody leaves on
   * their own (`leaving`) and at most one participant remains, the conversation is removed, too.
   * @returns their email, the new `ADMIN`, and who took part in the conversation if it was removed; `undefined` when
   * they did not take part
   */
  removeParticipant(
    id: number,
    userId: number,
    leaving: boolean,
  ): Promise<{ email: string; appointed: Appointment[]; closed: Audience | undefined } | undefined> {
    return this.conversations.manager.transaction(async (manager) => {
      if ((await lock(manager, id)) === undefined) return undefined;
      const [rows] = await manager.query<[{ email: string }[], number]>(
        `UPDATE "conversation_links" l SET "member_of" = NULL, "privilege" = 'STANDARD' FROM "users" u
         WHERE u."id" = l."user_id" AND l."conversation_id" = $1 AND l."user_id" = $2 AND l."member_of" IS NOT NULL
         RETURNING u."email"`,
        [id, userId],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const appointed = await appointConversationAdmins(manager, [id]);
      const [closed] = await closeConversations(manager, [id], leaving ? 1 : 0);
      return { email: row.email, appointed, closed };
    });
  }

  /** Passes `ADMIN` on to another participant. @returns false when they do not take part */
  promote(id: number, userId: number): Promise<boolean> {
    return this.conversations.manager.transaction(async (manager) => {
      if ((await lock(manager, id)) === undefined) return false;
      const link = await manager.findOneBy(ConversationLink, { conversationId: id, userId });
      if (link?.memberOf == null) return false;
      await manager.query(
        `UPDATE "conversation_links" SET "privilege" = 'STANDARD'
         WHERE "conversation_id" = $1 AND "privilege" = 'ADMIN' AND "member_of" IS NOT NULL`,
        [id],
      );
      await manager.update(ConversationLink, { id: link.id }, { privilege: 'ADMIN' });
      return true;
    });
  }

  /**
   * Moves a read marker forward, but not beyond the newest message.
   * @returns where it is now and whether it moved; `undefined` when they do not take part
   */
  async markRead(
    id: number,
    userId: number,
    messageId: number,
  ): Promise<{ messageId: number; moved: boolean } | undefined> {
    const [rows] = await this.conversations.query<[{ messageId: number; moved: boolean }[], number]>(
      `UPDATE "conversation_links" l SET "read_message_id" = greatest(l."read_message_id", least($3, c."last_message_id"))
       FROM "conversations" c, "conversation_links" before
       WHERE c."id" = l."conversation_id" AND before."id" = l."id" AND l."conversation_id" = $1 AND l."user_id" = $2
         AND l."member_of" IS NOT NULL
       RETURNING l."read_message_id" AS "messageId", l."read_message_id" > before."read_message_id" AS "moved"`,
      [id, userId, messageId],
    );
    return rows[0];
  }
}

/** Locks a conversation until the commit; no messages are appended meanwhile. The same lock as appending takes. */
async function lock(manager: EntityManager, id: number): Promise<Conversation | undefined> {
  const conversation = await manager
    .createQueryBuilder(Conversation, 'c')
    .where('c.id = :id AND c.circleId IS NOT NULL', { id })
    .setLock('for_no_key_update')
    .getOne();
  return conversation ?? undefined;
}
