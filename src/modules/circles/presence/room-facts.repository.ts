import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { SharedReads } from '../../../common/database/shared-reads.js';
import { Circle } from '../../../entities/circles/circle.entity.js';
import { type ConversationPrivilege } from '../../../entities/circles/conversation-link.entity.js';

export interface CircleFactsRow {
  readonly id: number;
  readonly name: string;
  /** Emails. */
  readonly members: readonly string[];
  /** Names by id. */
  readonly devices: Readonly<Record<string, string>>;
}

export interface ConversationFactsRow {
  readonly id: number;
  readonly name: string;
  readonly deviceAccess: boolean;
  /** Read markers by email. */
  readonly participants: Readonly<Record<string, number>>;
  /** Emails of the circle's other members. */
  readonly others: readonly string[];
}

/** What an account or device may do in conversations, by their ids, and the circles it is invited to, by invite. */
export interface PlacesRow {
  readonly id: number;
  readonly conversations: Readonly<Record<string, ConversationPrivilege | boolean>>;
  readonly invites: Readonly<Record<string, number>>;
}

const PARTICIPANTS = `"conversation_links" l WHERE l."member_of" IS NOT NULL AND l."user_id"`;

/** Reads the state of circles and conversations, many in one statement. */
@Injectable()
export class RoomFactsRepository {
  readonly circles = this.shared<CircleFactsRow>(
    `SELECT c."id", c."name", array(SELECT u."email" FROM "circle_members" m JOIN "users" u ON u."id" = m."user_id"
         WHERE m."circle_id" = c."id") AS "members",
       coalesce((SELECT json_object_agg(d."id", d."name") FROM "devices" d WHERE d."circle_id" = c."id"), '{}') AS "devices"
     FROM "circles" c WHERE c."id" = ANY ($1)`,
  );

  readonly conversations = this.shared<ConversationFactsRow>(
    `SELECT c."id", c."name", c."device_access" AS "deviceAccess",
       coalesce((SELECT json_object_agg(u."email", l."read_message_id") FROM "users" u, ${PARTICIPANTS} = u."id"
         AND l."conversation_id" = c."id"), '{}') AS "participants",
       array(SELECT u."email" FROM "circle_members" m JOIN "users" u ON u."id" = m."user_id"
         WHERE m."circle_id" = c."circle_id" AND NOT EXISTS (SELECT FROM ${PARTICIPANTS} = m."user_id"
           AND l."conversation_id" = c."id")) AS "others"
     FROM "conversations" c WHERE c."id" = ANY ($1) AND c."circle_id" IS NOT NULL`,
  );

  readonly users = this.shared<PlacesRow>(
    `SELECT u."id",
       coalesce((SELECT json_object_agg(l."conversation_id", l."privilege") FROM ${PARTICIPANTS} = u."id"), '{}')
         AS "conversations",
       coalesce((SELECT json_object_agg(i."id", i."circle_id") FROM "circle_invites" i WHERE i."email" = u."email"), '{}')
         AS "invites"
     FROM "users" u WHERE u."id" = ANY ($1)`,
  );

  readonly devices = this.shared<PlacesRow>(
    `SELECT d."id", coalesce((SELECT json_object_agg(c."id", c."device_access") FROM "conversations" c
         WHERE c."circle_id" = d."circle_id"), '{}') AS "conversations", '{}'::json AS "invites"
     FROM "devices" d WHERE d."id" = ANY ($1)`,
  );

  constructor(@InjectRepository(Circle) private readonly repository: Repository<Circle>) {}

  private shared<Row extends { readonly id: number }>(statement: string): SharedReads<Row> {
    return new SharedReads(async (ids) => {
      const rows: Row[] = await this.repository.query(statement, [ids]);
      return new Map(rows.map((row) => [row.id, row]));
    });
  }
}
