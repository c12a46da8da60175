import { type Change } from '../../realtime/fan-out/picture.js';
import { type CircleChange, type ConversationChange } from '../circles.events.js';

/*
 * What clients know of circles and conversations from events, as pictures keep it: names, members with where they have
 * read to, devices with their names. Whose client it is, and in which room, says the channel.
 */

export type RoomFact = string | number | boolean;
export type FactChange = Change<RoomFact>;

export const NAME = 'name';
/** Whether the circle's devices take part. */
export const ACCESS = 'access';
/** @param user email */
export const memberFact = (user: string): string => `user:${user}`;
export const deviceFact = (device: number | string): string => `device:${device}`;
/** Of an account or device: what it is to a conversation. */
export const placeFact = (conversation: number | string): string => `conversation:${conversation}`;
export const inviteFact = (invite: number | string): string => `invite:${invite}`;

/** What a fact is about. */
export function factOf(id: string): readonly [kind: string, of: string] {
  const at = id.indexOf(':');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}

/** @param name of the circle or device, where that has changed */
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
    // Sign-ins are no state: who is online follows the sockets, and nobody is told.
    case 'connect':
    case 'disconnect':
    case 'delete':
      return [];
  }
}

/** Of the room. @param name of the conversation, where that has changed */
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
