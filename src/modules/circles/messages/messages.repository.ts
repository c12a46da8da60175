import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { MAX_ID } from '../../../common/http/paging/cursor.js';
import { ConversationMessage } from '../../../entities/circles/conversation-message.entity.js';
import { Media } from '../../../entities/circles/media.entity.js';
import { integers } from '../../database/binary-arrays.js';
import { type Sender } from '../circles.events.js';
import {
  type Appended,
  appendParameters,
  type AppendedRow,
  type NewMessage,
  resultsOf,
  storable,
} from './message-append.js';

export interface MediaRow {
  readonly id: number;
  readonly messageId: number;
  readonly identifier: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly size: number | null;
  readonly uploaded: boolean;
  readonly hasThumbnail: boolean;
}

export type UserSenderRow = Omit<Extract<Sender, { kind: 'user' }>, 'kind' | 'isOnline' | 'isAdmin'> & {
  readonly role: string;
};

export type DeviceSenderRow = Omit<Extract<Sender, { kind: 'device' }>, 'kind' | 'isOnline'>;

/** Each once. */
export interface Authors {
  readonly users: readonly UserSenderRow[];
  readonly devices: readonly DeviceSenderRow[];
}

export interface MessageRow {
  readonly id: number;
  readonly conversationId: number;
  readonly linkId: number;
  readonly text: string;
  readonly sentAt: Date;
  readonly editedAt: Date | null;
  readonly clientMessageId: string | null;
  // Both `null` once the account or device is gone.
  readonly user: UserSenderRow | null;
  readonly device: DeviceSenderRow | null;
  readonly media: readonly MediaRow[];
}

export interface MessagePosition {
  readonly order: 'ascending' | 'descending';
  /** Exclusive; `undefined` = from the end at which the order begins. */
  readonly from: number | undefined;
}

const MEDIA = `json_build_object('id', x."id", 'messageId', x."message_id", 'identifier', x."identifier",
  'filename', x."filename", 'contentType', x."content_type", 'size', x."size", 'uploaded', x."uploaded_at" IS NOT NULL,
  'hasThumbnail', x."thumbnail_key" IS NOT NULL)`;
const times = (table: string) => `'createdAt', floor(extract(epoch FROM ${table}."created_at") * 1000)::bigint,
  'updatedAt', floor(extract(epoch FROM ${table}."updated_at") * 1000)::bigint`;
const USER = `json_build_object('id', u."id", 'email', u."email", 'firstName', u."first_name", 'lastName', u."last_name",
  'birthday', to_char(u."birthday", 'YYYY-MM-DD'), 'role', u."role", ${times('u')})`;
const DEVICE = `json_build_object('id', d."id", 'name', d."name", 'username', d."username", 'circleId', d."circle_id",
  ${times('d')})`;
const APPEND = prepared(`SELECT a."at", a."heads", a."links", a."ids", a."known", a."media",
    coalesce((SELECT json_agg(${USER}) FROM "users" u WHERE u."id" = ANY ($11)), '[]') AS "users",
    coalesce((SELECT json_agg(${DEVICE}) FROM "devices" d WHERE d."id" = ANY ($12)), '[]') AS "devices"
  FROM append_conversation_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a`);
const SELECT = `SELECT m."id", m."conversation_id" AS "conversationId", m."author_id" AS "linkId", m."content", m."exact",
    m."sent_at" AS "sentAt", m."edited_at" AS "editedAt", m."client_message_id" AS "clientMessageId",
    CASE WHEN u."id" IS NOT NULL THEN ${USER} END AS "user", CASE WHEN d."id" IS NOT NULL THEN ${DEVICE} END AS "device",
    coalesce((SELECT json_agg(${MEDIA} ORDER BY x."id") FROM "media" x WHERE x."message_id" = m."id"), '[]') AS "media"
  FROM "conversation_messages" m JOIN "conversation_links" a ON a."id" = m."author_id"
  LEFT JOIN "users" u ON u."id" = a."user_id" LEFT JOIN "devices" d ON d."id" = a."device_id"`;

/** Must be written exactly like the expression of the index. */
const WORDS = `to_tsvector('simple', 'qconv' || m."conversation_id"::text || ' ' || m."content")`;
/** Messages that a search reads before it uses the index. */
const NEAR_MESSAGES = 1_000;

type RawMessage = Omit<MessageRow, 'text'> & { content: string; exact: string | null };

@Injectable()
export class MessagesRepository {
  constructor(@InjectRepository(ConversationMessage) private readonly messages: Repository<ConversationMessage>) {}

  /**
   * Stores a batch in one statement and one transaction.
   * @returns one result per message, in their order, and the authors that exist
   */
  async append(batch: readonly NewMessage[]): Promise<{ readonly results: Appended[]; readonly authors: Authors }> {
    const { parameters, shape } = appendParameters(batch);
    const idsOf = (wanted: NewMessage['author']['kind']): number[] =>
      shape.authors.flatMap(({ author: { kind, id } }) => (kind === wanted ? id : []));
    const [row]: [AppendedRow & Authors] = await this.messages.query(APPEND, [
      ...parameters,
      integers(idsOf('user')),
      integers(idsOf('device')),
    ]);
    return { results: resultsOf(shape, row), authors: row };
  }

  async find(id: number): Promise<MessageRow | undefined> {
    const rows: RawMessage[] = await this.messages.query(`${SELECT} WHERE m."id" = $1 AND m."deleted_at" IS NULL`, [
      id,
    ]);
    return rows.map(toRow)[0];
  }

  /** Messages of a conversation, from a position on. */
  async page(conversationId: number, position: MessagePosition, take: number): Promise<MessageRow[]> {
    const { range, order, parameters } = rangeOf(conversationId, position);
    const rows: RawMessage[] = await this.messages.query(
      `${SELECT} WHERE ${range} AND m."deleted_at" IS NULL ORDER BY ${order} LIMIT $4`,
      [...parameters, take],
    );
    return rows.map(toRow);
  }

  /** Messages that match `words`, in the syntax of web searches. */
  async search(conversationId: number, position: MessagePosition, take: number, words: string): Promise<MessageRow[]> {
    const { range, order, parameters } = rangeOf(conversationId, position);
    const all = [...parameters, take, words];
    const matches = `${WORDS} @@ (to_tsquery('simple', 'qconv' || ($1::integer)::text) && websearch_to_tsquery('simple', $5))
      AND numnode(websearch_to_tsquery('simple', $5)) > 0 AND m."deleted_at" IS NULL`;
    // Frequent words are found among the nearest messages. The index is only used for the rest, since it returns all
    // matches, in no order. A message of another conversation matches there only if it contains the word `qconv…`
    // itself.
    const near: RawMessage[] = await this.messages.query(
      `WITH near AS MATERIALIZED (
         SELECT m."id" FROM (
           SELECT * FROM "conversation_messages" m WHERE ${range} ORDER BY ${order} LIMIT ${NEAR_MESSAGES}
         ) m WHERE ${matches} ORDER BY ${order} LIMIT $4
       ) ${SELECT} WHERE m."id" IN (SELECT "id" FROM near) ORDER BY ${order}`,
      all,
    );
    if (near.length === take) return near.map(toRow);
    const found: RawMessage[] = await this.messages.query(
      `WITH found AS MATERIALIZED (SELECT m."id", m."conversation_id" FROM "conversation_messages" m WHERE ${matches}),
       shown AS MATERIALIZED (
         SELECT m."id" FROM found m WHERE m."conversation_id" = $1 AND m."id" > $2 AND m."id" <= $3
         ORDER BY m."id" ${position.order === 'ascending' ? 'ASC' : 'DESC'} LIMIT $4
       ) ${SELECT} WHERE m."id" IN (SELECT "id" FROM shown) ORDER BY ${order}`,
      all,
    );
    return found.map(toRow);
  }

  /** Number of messages after `after` up to `head`, counted up to `most`. */
  async count(conversationId: number, after: number, head: number, most: number): Promise<number> {
    const [row] = await this.messages.query<{ count: number }[]>(
      `SELECT count(*)::integer AS "count" FROM (
         SELECT 1 FROM "conversation_messages"
         WHERE "conversation_id" = $1 AND "id" > $2 AND "id" <= $3 AND "deleted_at" IS NULL LIMIT $4) missed`,
      [conversationId, after, head, most],
    );
    return row?.count ?? 0;
  }

  /** Id of the newest message of each existing conversation; 0 before the first. */
  async heads(conversationIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const rows: { id: number; head: number }[] = await this.messages.query(
      `SELECT "id", "last_message_id" AS "head" FROM "conversations" WHERE "id" = ANY ($1)`,
      [conversationIds],
    );
    return new Map(rows.map(({ id, head }) => [id, head]));
  }

  async mediaOf(messageId: number): Promise<MediaRow[]> {
    const rows: { media: MediaRow }[] = await this.messages.query(
      `SELECT ${MEDIA} AS "media" FROM "media" x WHERE x."message_id" = $1 ORDER BY x."id"`,
      [messageId],
    );
    return rows.map(({ media }) => media);
  }

  /** @returns false when the message is gone */
  async edit(id: number, text: string, now: Date): Promise<boolean> {
    const { affected } = await this.messages
      .createQueryBuilder()
      .update()
      .set({ ...storable(text), editedAt: now })
      .where('"id" = :id AND "deleted_at" IS NULL', { id })
      .execute();
    return affected === 1;
  }

  /** Empties a message and removes its media. @returns false when it was gone */
  remove(id: number, now: Date): Promise<boolean> {
    return this.messages.manager.transaction(async (manager) => {
      const { affected } = await manager
        .createQueryBuilder()
        .update(ConversationMessage)
        .set({ content: '', exact: null, deletedAt: now })
        .where('"id" = :id AND "deleted_at" IS NULL', { id })
        .execute();
      if (affected !== 1) return false;
      await manager.delete(Media, { messageId: id });
      return true;
    });
  }

  /**
   * Deletes at most `most` messages of removed conversations, and a conversation that has none left.
   * @returns whether there may be more to do
   */
  async sweepRemoved(most: number): Promise<boolean> {
    const [row] = await this.messages.query<{ id: number }[]>(
      `SELECT "id" FROM "conversations" WHERE "circle_id" IS NULL ORDER BY "id" LIMIT 1`,
    );
    if (row === undefined) return false;
    const [, deleted] = await this.messages.query<[unknown, number]>(
      `DELETE FROM "conversation_messages" WHERE "id" IN (
         SELECT "id" FROM "conversation_messages" WHERE "conversation_id" = $1 ORDER BY "id" LIMIT $2)`,
      [row.id, most],
    );
    if (deleted < most) {
      await this.messages.query(`DELETE FROM "conversations" WHERE "id" = $1 AND "circle_id" IS NULL`, [row.id]);
    }
    return true;
  }
}

/**
 * The messages from a position on. Ranges of pairs leave the planner only one index with this order. With
 * `conversation_id = …` it may read all messages backwards by id and discard those of other conversations, which takes
 * the longer the more there are.
 */
function rangeOf(conversationId: number, { order, from }: MessagePosition) {
  const isAscending = order === 'ascending';
  const [above, upTo] = isAscending ? [from ?? 0, MAX_ID] : [0, from === undefined ? MAX_ID : from - 1];
  return {
    range: '(m."conversation_id", m."id") > ($1, $2) AND (m."conversation_id", m."id") <= ($1, $3)',
    order: isAscending ? 'm."conversation_id", m."id"' : 'm."conversation_id" DESC, m."id" DESC',
    parameters: [conversationId, above, upTo],
  };
}

const toRow = ({ content, exact, ...row }: RawMessage): MessageRow => ({
  ...row,
  text: exact === null ? content : (JSON.parse(exact) as string),
});
