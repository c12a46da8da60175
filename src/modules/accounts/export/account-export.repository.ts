import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** A row as it is exported, plus `at`, from which the next page continues. */
export type ExportRow = Readonly<Record<string, unknown>> & { readonly at: number };

/** A conversation that the account takes or took part in. */
export interface Link {
  readonly id: number;
  readonly conversationId: number;
}

/**
 * What is stored about an account, by kind. `$1` is the account, `$2` the `at` of the last row read. Contains no
 * secrets or digests, and nothing about others except what the account itself sees.
 */
const SECTIONS = {
  profile: `
    SELECT "id" AS "at", "id", "email", "first_name" AS "firstName", "last_name" AS "lastName",
      "birthday"::text AS "birthday", "role", "disabled", "created_at" AS "createdAt", "updated_at" AS "updatedAt"
    FROM "users" WHERE "id" = $1 AND "id" > $2`,
  identity: `
    SELECT "id" AS "at", "id", "issuer", "subject", "created_at" AS "createdAt"
    FROM "identities" WHERE "user_id" = $1 AND "id" > $2`,
  login: `
    SELECT "id" AS "at", "id", "created_at" AS "createdAt", "last_used_at" AS "lastUsedAt", "expires_at" AS "expiresAt",
      "address", "user_agent" AS "userAgent"
    FROM "logins" WHERE "user_id" = $1 AND "id" > $2`,
  machineKey: `
    SELECT "id" AS "at", "id", "name", "prefix", "scopes", "allowed_networks" AS "allowedNetworks",
      "created_at" AS "createdAt", "expires_at" AS "expiresAt", "last_used_at" AS "lastUsedAt", "last_used_from" AS "lastUsedFrom"
    FROM "machine_keys" WHERE "made_by" = $1 AND "id" > $2`,
  lobbyToken: `
    SELECT "id" AS "at", "id", "name", "uses", "uses_left" AS "usesLeft", "created_at" AS "createdAt",
      "expires_at" AS "expiresAt"
    FROM "lobby_tokens" WHERE "user_id" = $1 AND "id" > $2`,
  circle: `
    SELECT c."id" AS "at", c."id", c."name", m."privilege", m."joined_at" AS "joinedAt"
    FROM "circle_members" m JOIN "circles" c ON c."id" = m."circle_id" WHERE m."user_id" = $1 AND c."id" > $2`,
  device: `
    SELECT d."id" AS "at", d."id", d."circle_id" AS "circleId", d."name", d."username", d."created_at" AS "createdAt",
      d."updated_at" AS "updatedAt"
    FROM "devices" d JOIN "circle_members" m ON m."circle_id" = d."circle_id"
    WHERE m."user_id" = $1 AND m."privilege" = 'ADMIN' AND d."id" > $2`,
  inviteSent: `
    SELECT "id" AS "at", "id", "circle_id" AS "circleId", "email", "created_at" AS "createdAt"
    FROM "circle_invites" WHERE "invited_by" = $1 AND "id" > $2`,
  inviteReceived: `
    SELECT "id" AS "at", "id", "circle_id" AS "circleId", "created_at" AS "createdAt"
    FROM "circle_invites" WHERE "email" = (SELECT "email" FROM "users" WHERE "id" = $1) AND "id" > $2`,
  conversation: `
    SELECT l."id" AS "at", c."id", c."circle_id" AS "circleId", c."name", l."privilege", l."joined_at" AS "joinedAt",
      l."read_message_id" AS "readMessageId", l."member_of" IS NOT NULL AS "takesPart"
    FROM "conversation_links" l JOIN "conversations" c ON c."id" = l."conversation_id" WHERE l."user_id" = $1 AND l."id" > $2`,
  media: `
    SELECT "id" AS "at", "id", "message_id" AS "messageId", "identifier" AS "name", "filename", "content_type" AS "contentType",
      "size"::float8 AS "size", "created_at" AS "createdAt", "uploaded_at" AS "uploadedAt",
      '/api/v1/media/' || "id" || '/content' AS "content"
    FROM "media" WHERE "user_id" = $1 AND "id" > $2`,
  upload: `
    SELECT "n"::integer AS "at", "size"::float8 AS "size", "circle_id" AS "circleId", "due_at" AS "dueAt"
    FROM (SELECT *, row_number() OVER (ORDER BY "storage_key") AS "n" FROM "media_garbage" WHERE "user_id" = $1) "u"
    WHERE "n" > $2`,
  call: `
    SELECT p."id" AS "at", c."id", c."protocol", c."started_at" AS "startedAt", c."answered_at" AS "answeredAt",
      c."ended_at" AS "endedAt", c."outcome", p."sid", p."name", p."joined_at" AS "joinedAt", p."left_at" AS "leftAt",
      p."muted", p."video_off" AS "videoOff"
    FROM "call_participants" p JOIN "calls" c ON c."id" = p."call_id" WHERE p."user_id" = $1 AND p."id" > $2`,
  revocation: `
    SELECT "id" AS "at", "id", "reason", "until", "created_at" AS "createdAt"
    FROM "revocations" WHERE "selector" = 'user' AND "subject" = $1::integer::text AND "id" > $2`,
} as const;

export type SectionKind = keyof typeof SECTIONS;
export const SECTION_KINDS = Object.keys(SECTIONS) as SectionKind[];

// Uses the conversation's index: skips what others wrote in it, and never touches other people's conversations.
const MESSAGES = `
  SELECT "id" AS "at", "id", "conversation_id" AS "conversationId", "content" AS "text", "exact", "sent_at" AS "sentAt",
    "edited_at" AS "editedAt", "deleted_at" AS "deletedAt", "client_message_id" AS "clientMessageId",
    (SELECT json_agg(json_build_object('id', f."id", 'name', f."identifier") ORDER BY f."id") FROM "media" f
      WHERE f."message_id" = m."id") AS "media"
  FROM "conversation_messages" m
  WHERE "conversation_id" = $1 AND "author_id" = $2 AND "id" > $3 ORDER BY "id" LIMIT $4`;

/** Reads what is stored about an account, in pages. */
@Injectable()
export class AccountExportRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  page(kind: SectionKind, userId: number, after: number, take: number): Promise<ExportRow[]> {
    return this.dataSource.query<ExportRow[]>(`${SECTIONS[kind]} ORDER BY 1 LIMIT $3`, [userId, after, take]);
  }

  links(userId: number, after: number, take: number): Promise<Link[]> {
    return this.dataSource.query<Link[]>(
      `SELECT "id", "conversation_id" AS "conversationId" FROM "conversation_links"
       WHERE "user_id" = $1 AND "id" > $2 ORDER BY "id" LIMIT $3`,
      [userId, after, take],
    );
  }

  messages({ conversationId, id }: Link, after: number, take: number): Promise<ExportRow[]> {
    return this.dataSource.query<ExportRow[]>(MESSAGES, [conversationId, id, after, take]);
  }
}
