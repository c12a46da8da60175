import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { Hub } from '../../realtime/hub.js';
import { CircleAccess } from '../access/access.service.js';
import { type CirclesEvent, type MediaFact } from '../circles.events.js';
import { mayInConversation } from '../circles.policy.js';
import { Conversations } from '../conversations/conversations.service.js';
import { type Appended } from '../messages/messages.repository.js';
import { announced, type Draft, Messages } from '../messages/messages.service.js';
import { type CirclesConnection, demandState } from './socket-state.js';

const noConversation = (): AppError => new AppError('not_found', 'Conversation introuvable');
const outside = (): AppError => new AppError('forbidden', 'Vous ne faites pas partie de cette conversation');

/** Messages that come from sockets, answered the way their clients know. */
@Injectable()
export class LiveMessages {
  constructor(
    private readonly messages: Messages,
    private readonly conversations: Conversations,
    private readonly access: CircleAccess,
    private readonly hub: Hub,
  ) {}

  /**
   * Stores a message. The sender gets `media` if there are files, then its success; then the conversation is told.
   * @param succeed called after the sender was answered
   * @throws AppError `not_found`, `forbidden`, `conflict`, `invalid_input`, `database_unavailable`
   */
  async send(
    connection: CirclesConnection,
    conversationId: number,
    draft: Draft,
    succeed: (messageId: number) => void,
  ): Promise<void> {
    const { principal } = demandState(connection);
    if (draft.text === '' && draft.files.length === 0) {
      const access = await this.access.inConversation(principal, conversationId);
      if (access === undefined) throw noConversation();
      if (!mayInConversation(access.standing, 'send')) throw outside();
      throw new AppError('invalid_input', 'Message vide');
    }
    const appended = await this.messages.append(principal, conversationId, draft, (result) => {
      if (result.outcome !== 'stored') return;
      const media = result.media.map((each) => ({ ...each, filename: null, uploaded: false }));
      this.answer(connection, result, draft, media);
      succeed(result.messageId);
    });
    switch (appended.outcome) {
      case 'stored':
        return;
      case 'repeated':
        this.answer(connection, appended, draft, await this.messages.mediaOf(appended.messageId));
        succeed(appended.messageId);
        return;
      case 'conflict':
        throw new AppError('conflict', 'client_message_id deja utilise pour un autre message');
      case 'no-conversation':
        throw noConversation();
      case 'not-taking-part':
        throw outside();
    }
  }

  /** Moves the read marker on. @throws AppError `forbidden` */
  async markRead(
    connection: CirclesConnection,
    conversationId: number,
    messageId: number,
    succeed: (messageId: number) => void,
  ): Promise<void> {
    const { principal } = demandState(connection);
    try {
      await this.conversations.markRead(principal, conversationId, messageId, succeed);
    } catch (error) {
      if (!(error instanceof AppError) || (error.kind !== 'not_found' && error.kind !== 'forbidden')) throw error;
      throw new AppError('forbidden', 'Vous ne faite pas partie de cette conversation');
    }
  }

  private answer(
    connection: CirclesConnection,
    { messageId }: Appended,
    { files, clientMessageId }: Draft,
    media: readonly MediaFact[],
  ): void {
    if (files.length > 0) this.hub.sendTo(connection, announced(messageId, media));
    const received: CirclesEvent = { type: 'circles.received', messageId, clientMessageId };
    this.hub.sendTo(connection, received);
  }
}
