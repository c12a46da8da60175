import { type Change } from '../../realtime/fan-out/picture.js';
import { type CircleChange, type ConversationChange } from '../circles.events.js';

// The facts that clients know of circles and conversations from events, as pictures keep them: names, members with
// their read markers, devices with their names. The channel tells whose clients they are, and in which room.

export type RoomFact = string | number | boolean;
export type FactChange = Change<RoomFact>;

export const NAME = 'name';
/** Whether the circle's devices take part. */
export const ACCESS = 'access';
/** @param user email */
export const memberFact = (user: string): string => `user:${user}`;
export const deviceFact = (device: number | string): string => `device:${device}`;
/** For the channel of an account or device: its standing in a conversation. */
export const placeFact = (conversation: number | string): string => `conversation:${conversation}`;
export const inviteFact = (invite: number | string): string => `invite:${invite}`;

/** The kind of a fact, and what it is about. */
export function factOf(id: string): readonly [kind: string, of: string] {
  const at = id.indexOf(':');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}

/** @param name the new name of the circle or device, if it changed */
export function circleFacts(change: CircleChange, name?: string): FactChange[] {
  switch (change.event) {
    case 'join':
      return [[memberFact(change.user), true]];
    case 'quit':
    case 'kick':
      return [[memberFact(change.user), undefined]];
    case 'update':
      return [[NAME, name]];
    case 'device':
      return change.type === 'update' ? [[deviceFact(change.deviceId), name]] : [];
    // Signing in changes no fact: who is online depends on sockets, and is not told.
    case 'connect':
    case 'disconnect':
    case 'delete':
      return [];
  }
}

/** Facts of the conversation's room. @param name the new name of the conversation, if it changed */
export function conversationFacts(change: ConversationChange, name?: string): FactChange[] {
  switch (change.event) {
    case 'update':
      return [[NAME, name]];
    case 'quit':
    case 'kick':
      return [[memberFact(change.user), undefined]];
    case 'device':
      return [[ACCESS, change.type === 'add']];
    case 'read':
      return [[memberFact(change.user), change.messageId]];
    case 'invite':
    case 'promoted':
    case 'delete':
    case 'recovered':
      return [];
  }
}
