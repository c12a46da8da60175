import { Injectable } from '@nestjs/common';
import { Hub } from '../../realtime/fan-out/hub.js';
import { circleChannel, conversationChannel, deviceChannel, userChannel } from '../circles.channels.js';
import {
  circleChanged,
  type CircleChange,
  conversationChanged,
  type ConversationChange,
  type Evicted,
  type EvictedSignal,
  type ExpelledSignal,
} from '../circles.events.js';

type RoomKind = EvictedSignal['room'];

/**
 * The rooms of circles and conversations: what is told there, and who has to leave. On one room's channel everything
 * keeps its order, so whoever is shown out hears of it first and of nothing after it.
 */
@Injectable()
export class Rooms {
  constructor(private readonly hub: Hub) {}

  tellCircle(id: number, change: CircleChange): void {
    this.hub.publish(circleChannel(id), circleChanged(id, change));
  }

  tellConversation(id: number, change: ConversationChange): void {
    this.hub.publish(conversationChannel(id), conversationChanged(id, change));
  }

  /** To all sockets of somebody, wherever they are. */
  tellUser(userId: number, id: number, change: ConversationChange): void {
    this.hub.publish(userChannel(userId), conversationChanged(id, change));
  }

  tellDevice(deviceId: number, id: number, change: ConversationChange): void {
    this.hub.publish(deviceChannel(deviceId), conversationChanged(id, change));
  }

  evictUser(room: RoomKind, id: number, userId: number): void {
    this.evict(room, id, { userId });
    this.hub.signal(userChannel(userId), expelled(room, id));
  }

  /** The circle's devices lose the conversation. */
  evictDevices(id: number, deviceIds: readonly number[]): void {
    this.evict('conversation', id, { devices: true });
    for (const device of deviceIds) this.hub.signal(deviceChannel(device), expelled('conversation', id));
  }

  /** The room is gone; `userIds` and `deviceIds` could just be joining it. */
  close(room: RoomKind, id: number, userIds: readonly number[], deviceIds: readonly number[]): void {
    this.evict(room, id, { all: true });
    for (const user of userIds) this.hub.signal(userChannel(user), expelled(room, id));
    for (const device of deviceIds) this.hub.signal(deviceChannel(device), expelled(room, id));
  }

  private evict(room: RoomKind, id: number, who: Evicted): void {
    const signal: EvictedSignal = { type: 'circles.evicted', room, id, who };
    this.hub.signal(room === 'circle' ? circleChannel(id) : conversationChannel(id), signal);
  }
}

const expelled = (room: RoomKind, id: number): ExpelledSignal => ({ type: 'circles.expelled', room, id });
