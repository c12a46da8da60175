import { type HubEvent } from '../realtime/hub-event.js';
import { type Change } from '../realtime/fan-out/picture.js';

/** What happened to a circle; people are named by their email. */
export type CircleChange =
  | { readonly event: 'join' | 'quit' | 'connect' | 'disconnect'; readonly user: string }
  | { readonly event: 'kick'; readonly user: string; readonly from: string }
  | { readonly event: 'update' | 'delete' }
  | { readonly event: 'device'; readonly type: 'update' | 'connect' | 'disconnect'; readonly deviceId: number };

/** What happened to a conversation. */
export type ConversationChange =
  | { readonly event: 'update' | 'invite' | 'promoted' | 'delete' }
  | { readonly event: 'kick'; readonly user: string; readonly from: string }
  | { readonly event: 'quit'; readonly user: string }
  | { readonly event: 'device'; readonly type: 'add' | 'remove' }
  | { readonly event: 'read'; readonly user: string; readonly messageId: number }
  | { readonly event: 'recovered'; readonly recovered: boolean; readonly count: number };

/** Who wrote a message, as its readers are shown. Times in milliseconds since the epoch. */
export type Sender =
  | {
      readonly kind: 'user';
      readonly id: number;
      readonly email: string;
      readonly firstName: string;
      readonly lastName: string;
      /** `YYYY-MM-DD`. */
      readonly birthday: string | null;
      readonly createdAt: number;
      readonly updatedAt: number;
      readonly isOnline: boolean;
      readonly isAdmin: boolean;
    }
  | {
      readonly kind: 'device';
      readonly id: number;
      readonly name: string;
      readonly username: string;
      readonly circleId: number;
      readonly createdAt: number;
      readonly updatedAt: number;
      readonly isOnline: boolean;
    };

export interface MediaFact {
  readonly id: number;
  readonly identifier: string;
  /** `null` before the upload. */
  readonly filename: string | null;
  readonly uploaded: boolean;
}

export interface MessageFact {
  readonly id: number;
  readonly conversationId: number;
  /** What ties its author to the conversation. */
  readonly linkId: number;
  readonly content: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly media: readonly MediaFact[];
  readonly clientMessageId: string | null;
}

/** A message of a conversation: announced (`pending`) while its files are still to come, or with all there is. */
export interface MessageEvent {
  readonly type: 'circles.message';
  readonly message: MessageFact;
  /** `null` once the account is gone. */
  readonly sender: Sender | null;
  readonly status: 'pending' | 'done';
  /** Id of the message before it in the conversation, 0 for the first. */
  readonly previousId: number;
}

/** Facts that reach the clients. */
export type CirclesEvent =
  | { readonly type: 'circles.succeeded'; readonly text: string }
  | { readonly type: 'circles.failed'; readonly text: string }
  | { readonly type: 'circles.received'; readonly messageId: number; readonly clientMessageId: string | null }
  | { readonly type: 'circles.invited'; readonly circleId: number; readonly inviteId: number }
  | { readonly type: 'circles.circle'; readonly circleId: number; readonly change: CircleChange }
  | { readonly type: 'circles.conversation'; readonly conversationId: number; readonly change: ConversationChange }
  | MessageEvent
  | {
      readonly type: 'circles.message-changed';
      readonly conversationId: number;
      readonly messageId: number;
      readonly event: 'update' | 'delete';
    }
  | {
      readonly type: 'circles.media-done';
      readonly message: MessageFact;
      readonly sender: Sender | null;
      readonly media: MediaFact;
    }
  | { readonly type: 'circles.media-announced'; readonly messageId: number; readonly media: readonly MediaFact[] }
  | {
      readonly type: 'circles.writing';
      readonly conversationId: number;
      /** `null` for a device. */
      readonly user: string | null;
      /** JSON text as its sender wrote it. */
      readonly isWriting: string;
    }
  /** Settings for calls, as JSON text. */
  | { readonly type: 'circles.webrtc'; readonly json: string }
  | {
      readonly type: 'circles.forwarded';
      readonly channel: 'webrtc_config' | 'webrtc_forward';
      readonly senderId: number;
      readonly isDevice: boolean;
      /** JSON text as its sender wrote it. */
      readonly content: string;
    };

export const succeeded = (text: string): CirclesEvent => ({ type: 'circles.succeeded', text });
export const failed = (text: string): CirclesEvent => ({ type: 'circles.failed', text });
export const circleChanged = (circleId: number, change: CircleChange): CirclesEvent => ({
  type: 'circles.circle',
  circleId,
  change,
});
export const conversationChanged = (conversationId: number, change: ConversationChange): CirclesEvent => ({
  type: 'circles.conversation',
  conversationId,
  change,
});

/** Whose sockets have to leave. */
export type Evicted = { readonly userId: number } | { readonly devices: true } | { readonly all: true };

/** For the sockets of a room: those it names leave it. */
export interface EvictedSignal extends HubEvent {
  readonly type: 'circles.evicted';
  readonly room: 'circle' | 'conversation';
  readonly id: number;
  readonly who: Evicted;
}

/** What no client hears, and what they are told later depends on. */
export interface NotedSignal extends HubEvent {
  readonly type: 'circles.noted';
  readonly facts: readonly Change<string | number | boolean>[];
}

/** For the sockets of an account or device: what they are just joining is closed to them. */
export interface ExpelledSignal extends HubEvent {
  readonly type: 'circles.expelled';
  readonly room: 'circle' | 'conversation';
  readonly id: number;
}
