import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { GATHER_LONGER_MS, SharedReads } from '../../../common/database/shared-reads.js';
import { Circle } from '../../../entities/circles/circle.entity.js';
import { type CirclePrivilege } from '../../../entities/circles/circle-member.entity.js';
import { type ConversationPrivilege } from '../../../entities/circles/conversation-link.entity.js';

/** A conversation and the caller's part in it. */
export interface ConversationAccessRow {
  readonly id: number;
  readonly circleId: number;
  readonly deviceAccess: boolean;
  readonly lastMessageId: number;
  /** `null` for devices and for people who do not take part. */
  readonly linkId: number | null;
  readonly privilege: ConversationPrivilege | null;
}

export interface MessageAccessRow extends ConversationAccessRow {
  readonly messageId: number;
  /** The author, as long as the account or device exists. */
  readonly authorUserId: number | null;
  readonly authorDeviceId: number | null;
}

const CONVERSATION = `c."id", c."circle_id" AS "circleId", c."device_access" AS "deviceAccess",
  c."last_message_id" AS "lastMessageId", l."id" AS "linkId", l."privilege"::text`;
const OF_USER = `LEFT JOIN "conversation_links" l
  ON l."conversation_id" = c."id" AND l."user_id" = $2 AND l."member_of" IS NOT NULL`;

/**
 * Reads what an account or device may do in circles and conversations and with messages: one indexed statement each.
 */
@Injectable()
export class AccessRepository {
  /** Of many at once, by `placeKey`: sockets that come back all ask. */
  private readonly places = new SharedReads<ConversationAccessRow, string>(async (keys) => {
    const places = keys.map((key) => key.split(':').map(Number));
    const rows: (ConversationAccessRow & { readonly userId: number })[] = await this.circles.query(
      prepared(
        `SELECT ${CONVERSATION}, p."user_id" AS "userId" FROM unnest($1::integer[], $2::integer[]) AS p("id", "user_id")
         JOIN "conversations" c ON c."id" = p."id" LEFT JOIN "conversation_links" l
           ON l."conversation_id" = c."id" AND l."user_id" = p."user_id" AND l."member_of" IS NOT NULL
         WHERE c."circle_id" IS NOT NULL`,
      ),
      [places.map(([id]) => id), places.map(([, userId]) => userId)],
    );
    return new Map(rows.map((row) => [placeKey(row.id, row.userId), row]));
  }, GATHER_LONGER_MS);

  constructor(@InjectRepository(Circle) private readonly circles: Repository<Circle>) {}

  async privilegeIn(circleId: number, userId: number): Promise<CirclePrivilege | undefined> {
    const rows: { privilege: CirclePrivilege }[] = await this.circles.query(
      `SELECT "privilege" FROM "circle_members" WHERE "circle_id" = $1 AND "user_id" = $2`,
      [circleId, userId],
    );
    return rows[0]?.privilege;
  }

  /** @param userId 0 for a device */
  async conversation(id: number, userId: number): Promise<ConversationAccessRow | undefined> {
    const rows: ConversationAccessRow[] = await this.circles.query(
      `SELECT ${CONVERSATION} FROM "conversations" c ${OF_USER} WHERE c."id" = $1 AND c."circle_id" IS NOT NULL`,
      [id, userId],
    );
    return rows[0];
  }

  /** As `conversation`, together with others who ask, outside of any transaction. @param userId 0 for a device */
  place(id: number, userId: number): Promise<ConversationAccessRow | undefined> {
    return this.places.read(placeKey(id, userId));
  }

  /** @param userId 0 for a device */
  async message(id: number, userId: number): Promise<MessageAccessRow | undefined> {
    const rows: MessageAccessRow[] = await this.circles.query(
      `SELECT ${CONVERSATION}, m."id" AS "messageId", a."user_id" AS "authorUserId", a."device_id" AS "authorDeviceId"
       FROM "conversation_messages" m JOIN "conversations" c ON c."id" = m."conversation_id"
       JOIN "conversation_links" a ON a."id" = m."author_id" ${OF_USER}
       WHERE m."id" = $1 AND m."deleted_at" IS NULL AND c."circle_id" IS NOT NULL`,
      [id, userId],
    );
    return rows[0];
  }
}

const placeKey = (id: number, userId: number): string => `${id}:${userId}`;
