import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page } from '../../../common/http/paging/cursor.js';
import { invalidInput } from '../../../common/http/input/input.pipe.js';
import { sha256 } from '../../../common/security/digest.js';
import { Clock } from '../../../common/time/clock.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { CircleAccess } from '../access/access.service.js';
import { conversationChannel, deviceChannel, userChannel } from '../circles.channels.js';
import { type CirclesEvent, type MediaFact, type Sender } from '../circles.events.js';
import { notThere } from '../circles.policy.js';
import { safeName } from '../safe-name.js';
import { decodeMessageCursor, encodeMessageCursor } from './message-cursor.js';
import { type Committed, ConversationLog } from './conversation-log.service.js';
import { type Appended } from './message-append.js';
import { type MessagePosition, type MessageRow, MessagesRepository } from './messages.repository.js';
import { factOf, mediaFactOf, Senders } from './senders.service.js';

export const MAX_FILES = 20;
/** UTF-16 code units. */
export const MAX_CLIENT_ID = 64;

/** A message that somebody wants to send. */
export interface Draft {
  readonly text: string;
  /** Names of files that will be uploaded. */
  readonly files: readonly string[];
  readonly clientMessageId: string | null;
}

/** A message with its author. */
export interface MessageState extends MessageRow {
  readonly sender: Sender | null;
}

export interface MessagesQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  /** Only messages with these words. */
  readonly q?: string | undefined;
}

/** Messages of conversations: sends, reads, edits and removes them. */
@Injectable()
export class Messages {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly log: ConversationLog,
    private readonly senders: Senders,
    private readonly access: CircleAccess,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a message. Whether the author may write there is checked by the same statement; see the outcome.
   * @param committed called when it is stored, before anybody is told
   * @throws AppError `invalid_input`, `database_unavailable`, `unavailable`
   */
  async append(
    principal: AccountPrincipal,
    conversationId: number,
    draft: Draft,
    committed?: Committed,
  ): Promise<Appended> {
    const { text, clientMessageId } = draft;
    const files = draft.files.map(safeName);
    const message = {
      conversationId,
      author: { kind: principal.kind, id: Number(principal.id) },
      text,
      files,
      client: clientMessageId === null ? null : { id: clientMessageId, digest: sha256(JSON.stringify([text, files])) },
    };
    return this.log.append(message, committed);
  }

  /**
   * Sends a message over REST: `append`, with the announced files told to the author's sockets.
   * @returns the message, and whether it is new
   * @throws AppError `not_found`, `conflict` when the client's id was used for another message, and those of `append`
   */
  async send(
    principal: AccountPrincipal,
    conversationId: number,
    draft: Draft,
  ): Promise<{ message: MessageState; created: boolean }> {
    await this.access.demandConversation(principal, conversationId, 'send');
    if (draft.text === '' && draft.files.length === 0) {
      throw invalidInput([{ field: 'text', message: 'a message needs a text or files' }]);
    }
    const own = principal.kind === 'user' ? userChannel(principal.userId) : deviceChannel(principal.deviceId);
    const appended = await this.append(principal, conversationId, draft, ({ outcome, messageId, media }) => {
      if (outcome === 'stored' && media.length > 0) this.hub.publish(own, announced(messageId, media.map(pending)));
    });
    if (appended.outcome === 'conflict') {
      throw new AppError('conflict', 'This clientMessageId was used for another message.');
    }
    if (appended.messageId === 0) throw notThere();
    return { message: await this.read(appended.messageId), created: appended.outcome === 'stored' };
  }

  /** @throws AppError `not_found`, `invalid_input` */
  async list(principal: AccountPrincipal, conversationId: number, query: MessagesQuery): Promise<Page<MessageState>> {
    const position = positionOf(query);
    await this.access.demandConversation(principal, conversationId, 'listMessages');
    const { limit, q } = query;
    const rows = await (q === undefined
      ? this.repository.page(conversationId, position, limit + 1)
      : this.repository.search(conversationId, position, limit + 1, q));
    const shown = rows.slice(0, query.limit);
    const senders = await this.senders.ofMessages(shown);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => ({ ...row, sender: senders(row) })),
      nextCursor:
        rows.length > query.limit && last ? encodeMessageCursor({ order: position.order, from: last.id }) : null,
    };
  }

  /** @throws AppError `not_found`, `forbidden` */
  async edit(principal: AccountPrincipal, id: number, text: string): Promise<MessageState> {
    const { conversationId } = await this.inConversation(principal, id, 'edit');
    if (!(await this.repository.edit(id, text, this.clock.date()))) throw notThere();
    this.announceChange(conversationId, id, 'update');
    return this.read(id);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async remove(principal: AccountPrincipal, id: number): Promise<void> {
    const { conversationId } = await this.inConversation(principal, id, 'delete');
    if (!(await this.repository.remove(id, this.clock.date()))) throw notThere();
    this.announceChange(conversationId, id, 'delete');
  }

  announceChange(conversationId: number, messageId: number, event: 'update' | 'delete'): void {
    const changed: CirclesEvent = { type: 'circles.message-changed', conversationId, messageId, event };
    this.hub.publish(conversationChannel(conversationId), changed);
  }

  /** Tells the conversation that a file of a message has been uploaded. */
  async announceUpload(messageId: number, mediaId: number): Promise<void> {
    const row = await this.repository.find(messageId);
    const media = row?.media.find(({ id }) => id === mediaId);
    if (row === undefined || media === undefined) return;
    const sender = (await this.senders.ofMessages([row]))(row);
    const event: CirclesEvent = { type: 'circles.media-done', message: factOf(row), sender, media: mediaFactOf(media) };
    this.hub.publish(conversationChannel(row.conversationId), event);
  }

  /** Media announced with a message that was sent earlier. */
  async mediaOf(messageId: number): Promise<MediaFact[]> {
    return (await this.repository.mediaOf(messageId)).map(mediaFactOf);
  }

  private async inConversation(principal: AccountPrincipal, id: number, action: 'edit' | 'delete') {
    const { id: conversationId } = await this.access.demandMessage(principal, id, action);
    return { conversationId };
  }

  private async read(id: number): Promise<MessageState> {
    const row = await this.repository.find(id);
    if (row === undefined) throw notThere();
    return { ...row, sender: (await this.senders.ofMessages([row]))(row) };
  }
}

const pending = (media: { id: number; identifier: string }): MediaFact => ({
  ...media,
  filename: null,
  uploaded: false,
});

/** Tells a sender the files it has to upload. */
export function announced(messageId: number, media: readonly MediaFact[]): CirclesEvent {
  return { type: 'circles.media-announced', messageId, media };
}

function positionOf({ cursor, after, before }: MessagesQuery): MessagePosition {
  const position = cursor === undefined ? undefined : decodeMessageCursor(cursor);
  if (position) return position;
  if (after !== undefined && before !== undefined) {
    throw invalidInput([{ field: 'before', message: 'not together with after' }]);
  }
  return after === undefined ? { order: 'descending', from: before } : { order: 'ascending', from: after };
}
