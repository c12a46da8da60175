import { Injectable } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { AppConfig } from '../../../config/app-config.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { CircleAccess } from '../access/access.service.js';
import { conversationChannel } from '../circles.channels.js';
import { type CirclesEvent } from '../circles.events.js';
import { mayInConversation } from '../circles.policy.js';
import { LiveRefusal } from './live-refusal.js';
import { LiveRooms } from './live-rooms.service.js';
import { type CirclesConnection, demandState, type SocketState } from './socket-state.js';

/** Conversations per socket whose last notice is remembered. */
const MAX_REMEMBERED = 100;

/** Typing notices: passed on, never stored. */
@Injectable()
export class Typing {
  constructor(
    private readonly access: CircleAccess,
    private readonly rooms: LiveRooms,
    private readonly hub: Hub,
    private readonly clock: MonotonicClock,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param isWriting JSON text
   * @throws AppError `forbidden`
   */
  write(connection: CirclesConnection, conversationId: number, isWriting: string): void | Promise<void> {
    const state = demandState(connection);
    if (this.rooms.isInConversation(connection, conversationId)) {
      this.tell(state, conversationId, isWriting);
      return;
    }
    return this.writeFromOutside(state, conversationId, isWriting);
  }

  private async writeFromOutside(state: SocketState, conversationId: number, isWriting: string): Promise<void> {
    const access = await this.access.inConversation(state.principal, conversationId);
    if (access === undefined || !mayInConversation(access.standing, 'join')) {
      throw new LiveRefusal('conversation-closed');
    }
    this.tell(state, conversationId, isWriting);
  }

  private tell(state: SocketState, conversationId: number, isWriting: string): void {
    if (this.isRepetition(state, conversationId, isWriting)) return;
    const { principal } = state;
    const user = principal.kind === 'user' ? principal.label : null;
    const event: CirclesEvent = { type: 'circles.writing', conversationId, user, isWriting };
    this.hub.publish(conversationChannel(conversationId), event);
  }

  private isRepetition({ typing }: SocketState, conversationId: number, value: string): boolean {
    const { writingRepeatMs } = this.config.circles;
    if (writingRepeatMs === 0) return false;
    const now = this.clock.elapsed();
    const last = typing.get(conversationId);
    if (last?.value === value && now - last.at < writingRepeatMs) return true;
    typing.delete(conversationId);
    if (typing.size >= MAX_REMEMBERED) {
      for (const oldest of typing.keys()) {
        typing.delete(oldest);
        break;
      }
    }
    typing.set(conversationId, { value, at: now });
    return false;
  }
}
