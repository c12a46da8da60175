import { Injectable } from '@nestjs/common';
import { Feeds } from '../../durable-log/feeds.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { MessageLogRepository } from './message-log.repository.js';
import { MessageLog } from './message-log.service.js';
import { RoomLogKind } from './room-log-kind.js';
import { type StoredMessageEvent } from '../rooms.events.js';

/** The feeds of the durable rooms that have readers on this node. */
@Injectable()
export class RoomFeeds extends Feeds<StoredMessageEvent> {
  constructor(repository: MessageLogRepository, log: MessageLog, hub: Hub) {
    super(new RoomLogKind(repository, log), hub);
  }
}
