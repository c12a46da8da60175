import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { CircleAccess } from '../access/access.service.js';
import { type CirclesEvent, type MediaFact } from '../circles.events.js';
import { mayInConversation } from '../circles.policy.js';
import { Conversations } from '../conversations/conversations.service.js';
import { type Appended } from '../messages/message-append.js';
import { announced, type Draft, Messages } from '../messages/messages.service.js';
import { LiveRefusal } from './live-refusal.js';
import { type CirclesConnection, demandState, type SocketState } from './socket-state.js';

/** Messages of one socket that may be being stored at a time; above that, the socket's next ones wait. */
const MAX_SENDING = 256;

/** Receives the outcome of a message as soon as it is known. */
export interface Outcome {
  /** Called when the sender has been answered. */
  succeed(messageId: number): void;
  fail(error: unknown): void;
}

/** Messages sent over sockets, answered the way their clients expect. */
@Injectable()
export class LiveMessages {
  constructor(
    private readonly messages: Messages,
    private readonly conversations: Conversations,
    private readonly access: CircleAccess,
    private readonly hub: Hub,
  ) {}

  /**
   * Stores a message. The sender gets `media` if there are files, then success; then the conversation is told. Several
   * messages of one socket may be in progress; they are answered in their order.
   * @returns what to wait for before handling the socket's next event; `undefined` unless too many are in progress
   */
  send(
    connection: CirclesConnection,
    conversationId: number,
    draft: Draft,
    outcome: Outcome,
  ): undefined | Promise<void> {
    const state = demandState(connection);
    const sending = this.store(connection, state, conversationId, draft, outcome);
    state.sending++;
    const sent = Promise.all([state.sent, sending]).then(() => {
      if (--state.sending === 0) state.sent = undefined;
    });
    state.sent = sent;
    return state.sending < MAX_SENDING ? undefined : sent;
  }

  /** What to wait for before handling anything but a message of this socket; `undefined` when none is in progress. */
  settled(connection: CirclesConnection): undefined | Promise<void> {
    return demandState(connection).sent;
  }

  /** Moves the read marker forward. @throws AppError `forbidden` */
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
      throw new LiveRefusal('conversation-closed');
    }
  }

  /** Never rejects. */
  private async store(
    connection: CirclesConnection,
    state: SocketState,
    conversationId: number,
    draft: Draft,
    outcome: Outcome,
  ): Promise<void> {
    const { principal } = state;
    try {
      if (draft.text === '' && draft.files.length === 0) {
        const access = await this.access.inConversation(principal, conversationId);
        if (access === undefined) throw new LiveRefusal('conversation-unknown');
        if (!mayInConversation(access.standing, 'send')) throw new LiveRefusal('sender-not-taking-part');
        throw new LiveRefusal('message-empty');
      }
      const appended = await this.messages.append(principal, conversationId, draft, (result) => {
        if (result.outcome === 'stored' && state.conversations.has(conversationId)) {
          state.written.set(conversationId, result.messageId);
        }
        this.settle(connection, result, draft, outcome);
      });
      if (appended.outcome === 'repeated' && draft.files.length > 0) {
        this.answer(connection, appended, draft, await this.messages.mediaOf(appended.messageId));
        outcome.succeed(appended.messageId);
      }
    } catch (error) {
      outcome.fail(error);
    }
  }

  /** Called in the order in which messages were stored. */
  private settle(connection: CirclesConnection, result: Appended, draft: Draft, outcome: Outcome): void {
    switch (result.outcome) {
      case 'repeated':
        // Answered by `store`, once the files announced earlier have been read.
        if (draft.files.length > 0) return;
        this.answer(connection, result, draft, []);
        outcome.succeed(result.messageId);
        return;
      case 'stored':
        this.answer(
          connection,
          result,
          draft,
          result.media.map((each) => ({ ...each, filename: null, uploaded: false })),
        );
        outcome.succeed(result.messageId);
        return;
      case 'conflict':
        outcome.fail(new LiveRefusal('client-id-reused'));
        return;
      case 'no-conversation':
        outcome.fail(new LiveRefusal('conversation-unknown'));
        return;
      case 'not-taking-part':
        outcome.fail(new LiveRefusal('sender-not-taking-part'));
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
