import { Injectable } from '@nestjs/common';
import { Feeds } from '../../durable-log/feeds.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type MessageEvent } from '../circles.events.js';
import { ConversationLogKind } from './conversation-log-kind.js';
import { ConversationLog } from './conversation-log.service.js';
import { MessagesRepository } from './messages.repository.js';
import { Senders } from './senders.service.js';

/** The feeds of conversations that sockets of this node have joined. */
@Injectable()
export class ConversationFeeds extends Feeds<MessageEvent> {
  constructor(repository: MessagesRepository, senders: Senders, log: ConversationLog, hub: Hub) {
    super(new ConversationLogKind(repository, senders, log), hub);
  }
}
