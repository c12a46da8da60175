import { Injectable } from '@nestjs/common';
import { Hub } from '../../realtime/fan-out/hub.js';
import {
  circleChannel,
  type CirclesChannel,
  conversationChannel,
  deviceChannel,
  userChannel,
} from '../circles.channels.js';
import {
  circleChanged,
  type CircleChange,
  type CirclesEvent,
  conversationChanged,
  type ConversationChange,
  type Evicted,
  type EvictedSignal,
  type ExpelledSignal,
  type NotedSignal,
} from '../circles.events.js';
import { type ConversationPrivilege } from '../../../entities/circles/conversation-link.entity.js';
import {
  circleFacts,
  conversationFacts,
  deviceFact,
  type FactChange,
  inviteFact,
  memberFact,
  placeFact,
} from './room-facts.js';

type RoomKind = EvictedSignal['room'];

/**
 * The rooms of circles and conversations: tells them of changes, and makes people leave. The order within a room's
 * channel is kept, so that those removed hear of it first, and of nothing after it. Facts that clients are not told but
 * later events depend on are noted.
 */
@Injectable()
export class CircleRooms {
  constructor(private readonly hub: Hub) {}

  /** @param name the new name of the circle or device, if it changed */
  tellCircle(id: number, change: CircleChange, name?: string): void {
    this.tell(circleChannel(id), circleChanged(id, change), circleFacts(change, name));
  }

  /** @param name the new name of the conversation, if it changed */
  tellConversation(id: number, change: ConversationChange, name?: string): void {
    this.tell(conversationChannel(id), conversationChanged(id, change), conversationFacts(change, name));
  }

  /** Tells all sockets of a person, wherever they are. */
  tellUser(userId: number, id: number, change: { readonly event: 'invite' | 'promoted' }): void {
    const privilege: ConversationPrivilege = change.event === 'promoted' ? 'ADMIN' : 'STANDARD';
    this.tell(userChannel(userId), conversationChanged(id, change), [[placeFact(id), privilege]]);
  }

  tellDevice(deviceId: number, id: number, change: { readonly event: 'invite' }): void {
    this.tell(deviceChannel(deviceId), conversationChanged(id, change), [[placeFact(id), true]]);
  }

  /** Tells all sockets of the person that a circle invites. */
  tellInvite(userId: number, circleId: number, inviteId: number): void {
    const event: CirclesEvent = { type: 'circles.invited', circleId, inviteId };
    this.tell(userChannel(userId), event, [[inviteFact(inviteId), circleId]]);
  }

  noteDevice(circleId: number, deviceId: number, name: string): void {
    this.note(circleChannel(circleId), [deviceFact(deviceId), name]);
  }

  /** @param read the newest message they have read; `undefined` when they no longer take part */
  noteParticipant(id: number, user: string, read: number | undefined): void {
    this.note(conversationChannel(id), [memberFact(user), read]);
  }

  notePrivilege(userId: number, id: number, privilege: ConversationPrivilege): void {
    this.note(userChannel(userId), [placeFact(id), privilege]);
  }

  noteAccess(deviceId: number, id: number, hasAccess: boolean): void {
    this.note(deviceChannel(deviceId), [placeFact(id), hasAccess]);
  }

  evictUser(room: RoomKind, id: number, userId: number): void {
    this.evict(room, id, { userId });
    this.expelUser(room, id, userId);
  }

  /** Makes the circle's devices leave the conversation. */
  evictDevices(id: number, deviceIds: readonly number[]): void {
    this.evict('conversation', id, { devices: true });
    for (const device of deviceIds) this.expelDevice('conversation', id, device);
  }

  /** Closes a room that is gone. Anybody among `userIds` and `deviceIds` may be joining it just now. */
  close(room: RoomKind, id: number, userIds: readonly number[], deviceIds: readonly number[]): void {
    this.evict(room, id, { all: true });
    for (const user of userIds) this.expelUser(room, id, user);
    for (const device of deviceIds) this.expelDevice(room, id, device);
  }

  private expelUser(room: RoomKind, id: number, userId: number): void {
    this.hub.signal(userChannel(userId), expelled(room, id));
    if (room === 'conversation') this.note(userChannel(userId), [placeFact(id), undefined]);
  }

  private expelDevice(room: RoomKind, id: number, deviceId: number): void {
    this.hub.signal(deviceChannel(deviceId), expelled(room, id));
    if (room === 'conversation') this.noteAccess(deviceId, id, false);
  }

  private evict(room: RoomKind, id: number, who: Evicted): void {
    const signal: EvictedSignal = { type: 'circles.evicted', room, id, who };
    this.hub.signal(room === 'circle' ? circleChannel(id) : conversationChannel(id), signal);
  }

  private tell(channel: CirclesChannel, event: CirclesEvent, facts: readonly FactChange[]): void {
    if (facts.length === 0) this.hub.publish(channel, event);
    else {
      const told: CirclesEvent & Pick<NotedSignal, 'facts'> = { ...event, facts };
      this.hub.announce(channel, told);
    }
  }

  private note(channel: CirclesChannel, fact: FactChange): void {
    const noted: NotedSignal = { type: 'circles.noted', facts: [fact] };
    this.hub.announce(channel, noted, { silent: true });
  }
}

const expelled = (room: RoomKind, id: number): ExpelledSignal => ({ type: 'circles.expelled', room, id });
