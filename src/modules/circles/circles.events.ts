import { type HubEvent } from '../realtime/hub-event.js';
import { type Change } from '../realtime/fan-out/picture.js';

/** A change of a circle; people are named by their email. */
export type CircleChange =
  | { readonly event: 'join' | 'quit' | 'connect' | 'disconnect'; readonly user: string }
  | { readonly event: 'kick'; readonly user: string; readonly from: string }
  | { readonly event: 'update' | 'delete' }
  | { readonly event: 'device'; readonly type: 'update' | 'connect' | 'disconnect'; readonly deviceId: number };

/** A change of a conversation; people are named by their email. */
export type ConversationChange =
  | { readonly event: 'update' | 'invite' | 'promoted' | 'delete' }
  | { readonly event: 'kick'; readonly user: string; readonly from: string }
  | { readonly event: 'quit'; readonly user: string }
  | { readonly event: 'device'; readonly type: 'add' | 'remove' }
  | { readonly event: 'read'; readonly user: string; readonly messageId: number }
  | { readonly event: 'recovered'; readonly recovered: boolean; readonly count: number };

/** The author of a message, as readers see them. Times are in milliseconds since the epoch. */
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
  /** The author's participation in the conversation. */
  readonly linkId: number;
  readonly content: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly media: readonly MediaFact[];
  readonly clientMessageId: string | null;
}

/** A message of a conversation: `pending` while its files are not yet uploaded, otherwise `done`. */
export interface MessageEvent {
  readonly type: 'circles.message';
  readonly message: MessageFact;
  /** `null` once the account or device is removed. */
  readonly sender: Sender | null;
  readonly status: 'pending' | 'done';
  /** Id of the previous message of the conversation; 0 for the first. */
  readonly previousId: number;
}

/** Events that reach clients. */
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
      /** JSON text, as the sender wrote it. */
      readonly isWriting: string;
    }
  // Settings for calls, as JSON text.
  | { readonly type: 'circles.webrtc'; readonly json: string }
  | {
      readonly type: 'circles.forwarded';
      readonly channel: 'webrtc_config' | 'webrtc_forward';
      readonly senderId: number;
      readonly isDevice: boolean;
      /** JSON text, as the sender wrote it. */
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

/** Whose sockets, or which one, must leave a room. */
export type Evicted =
  { readonly userId: number } | { readonly devices: true } | { readonly all: true } | { readonly socket: string };

/** Sent to the sockets of a room; those that `who` matches leave it. */
export interface EvictedSignal extends HubEvent {
  readonly type: 'circles.evicted';
  readonly room: 'circle' | 'conversation';
  readonly id: number;
  readonly who: Evicted;
}

/** A fact that clients are not told, but that later events depend on. */
export interface NotedSignal extends HubEvent {
  readonly type: 'circles.noted';
  readonly facts: readonly Change<string | number | boolean>[];
}

/**
 * Sent to the sockets of an account or device: they may no longer be in the room, not even if they are just joining.
 */
export interface ExpelledSignal extends HubEvent {
  readonly type: 'circles.expelled';
  readonly room: 'circle' | 'conversation';
  readonly id: number;
}
