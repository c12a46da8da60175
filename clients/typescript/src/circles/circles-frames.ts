/** The wire of circles, docs/protocols/circles.md: names and shapes as they are there. */
import { isObject, type JsonObject } from '../json.js';

/** Of an account, or of a device (which has `username`). Times are UTC without offset. */
export type Sender =
  | {
      readonly id: number;
      readonly email: string;
      readonly first_name: string;
      readonly last_name: string;
      readonly birthday: string | null;
      readonly created: string;
      readonly updated: string;
      readonly isOnline: boolean;
      readonly type: string;
    }
  | {
      readonly id: number;
      readonly name: string;
      readonly username: string;
      readonly circle_id: number;
      readonly activated: boolean;
      readonly created: string;
      readonly updated: string;
      readonly is_online: boolean;
    };

export interface MessageContent {
  readonly id: number;
  /** Of an account's message. */
  readonly link_id?: number | null;
  /** Of a device's message. */
  readonly device_id?: number;
  readonly sent: string;
  readonly read: null;
  readonly content: string;
  /** How many files it has. */
  readonly medias: number;
}

export interface MediaItem {
  readonly id: number;
  readonly identifier: string;
  readonly filename: string | null;
  readonly extension: string | null;
  readonly uploaded: 'True' | 'False';
}

/** A message; while its files are still to come it is `pending`, and has no sender yet. */
export interface NewMessage {
  readonly conversation_id: number;
  readonly message: MessageContent;
  readonly status: 'done' | 'pending';
  readonly time?: string;
  readonly sender?: Sender | null;
  readonly media_list?: readonly MediaItem[];
  readonly client_message_id?: string;
}

export interface FileUploaded {
  readonly conversation_id: number;
  readonly message: MessageContent;
  readonly sender: Sender | null;
  readonly media: MediaItem;
  readonly status: 'done';
}

export interface MessageChanged {
  readonly conversation_id: number;
  readonly message_id: number;
  readonly event: 'update' | 'delete';
}

/** To whoever sent a message with files: what to upload. */
export interface FilesAnnounced {
  readonly message_id: number;
  readonly media_list: readonly MediaItem[];
}

export interface CircleInvited {
  readonly event: 'invite';
  readonly circle_id: number;
  readonly circle_invite_id: number;
}

export type CircleChanged = { readonly circle_id: number } & (
  | { readonly event: 'join' | 'quit' | 'connect' | 'disconnect'; readonly user: string }
  | { readonly event: 'kick'; readonly user: string; readonly from: string }
  | { readonly event: 'update' | 'delete' }
  | {
      readonly event: 'device';
      readonly type: 'update' | 'connect' | 'disconnect';
      readonly device_id: number;
    }
);

export type ConversationChanged = { readonly conversation_id: number } & (
  | { readonly event: 'invite' | 'promoted' | 'update' | 'delete' }
  | { readonly event: 'kick'; readonly user: string; readonly from: string }
  | { readonly event: 'quit'; readonly user: string }
  | { readonly event: 'device'; readonly type: 'add' | 'remove' }
  | { readonly event: 'read'; readonly user: string; readonly message_id: number }
);

export interface ConversationRecovered {
  readonly event: 'recovered';
  readonly conversation_id: number;
  /** Whether everything since the last message follows, once and in order; otherwise read what was missed over REST. */
  readonly recovered: boolean;
  /** How many messages follow. */
  readonly count: number;
}

export interface Writing {
  readonly conversation_id: number;
  readonly device: boolean;
  /** Email of an account. */
  readonly user?: string;
  readonly is_writing: unknown;
}

export interface Forwarded {
  readonly sender_id: number;
  readonly is_device: boolean;
  readonly content: JsonObject;
}

export interface WebrtcHost {
  readonly domain: string;
  readonly ip: string;
  readonly port: number;
}

export interface WebrtcCredentials {
  readonly username: string;
  readonly password: string;
}

/** What is new in a conversation, by the members that tell the forms of `message` apart. */
export type MessageFrame = NewMessage | FileUploaded | MessageChanged;

export const isChanged = (frame: MessageFrame): frame is MessageChanged => 'event' in frame;
export const isUpload = (frame: MessageFrame): frame is FileUploaded => 'media' in frame;

export function isMessageFrame(payload: unknown): payload is MessageFrame {
  if (!isObject(payload) || typeof payload['conversation_id'] !== 'number') return false;
  const { message, event } = payload;
  return isObject(message) ? typeof message['id'] === 'number' : typeof event === 'string';
}

export function isConversationFrame(payload: unknown): payload is ConversationChanged | ConversationRecovered {
  return isObject(payload) && typeof payload['conversation_id'] === 'number' && typeof payload['event'] === 'string';
}

/** What an acknowledgement says no with. */
export function refusalIn(answer: unknown): { readonly code: string; readonly detail: string } | undefined {
  if (!isObject(answer)) return { code: 'malformed_answer', detail: 'The answer is no acknowledgement' };
  if (answer['ok'] === true) return undefined;
  const { code, detail } = isObject(answer['error']) ? answer['error'] : {};
  const known = typeof code === 'string' ? code : 'internal_error';
  return { code: known, detail: typeof detail === 'string' ? detail : known };
}
