/** The wire format of circles, docs/protocols/circles.md, with its names and shapes. */
import {
  type CirclesCircleEvent,
  type CirclesContent,
  type CirclesConversationEvent,
  type CirclesForwardedSignal,
  type CirclesInviteEvent,
  type CirclesMedia,
  type CirclesMediaListEvent,
  type CirclesMessageChangedEvent,
  type CirclesMessageDoneEvent,
  type CirclesMessageMediaEvent,
  type CirclesMessagePendingEvent,
  type CirclesSender,
  type CirclesStoredAnswer,
  type CirclesWritingEvent,
} from '../generated/frames.gen.js';
import { isObject } from '../json.js';

/** An account or a device (which has `username`); null once the account is gone. */
export type Sender = CirclesSender;
export type MessageContent = CirclesContent;
export type MediaItem = CirclesMedia;
/** A message. While its files are not yet uploaded it is `pending`, and has no sender. */
export type NewMessage =
  CirclesMessageDoneEvent | (CirclesMessagePendingEvent & { readonly [K in StillToCome]?: undefined });
type StillToCome = Exclude<keyof CirclesMessageDoneEvent, keyof CirclesMessagePendingEvent>;
export type FileUploaded = CirclesMessageMediaEvent;
export type MessageChanged = CirclesMessageChangedEvent;
/** Sent to the sender of a message with files: what to upload. */
export type FilesAnnounced = CirclesMediaListEvent;
export type CircleInvited = CirclesInviteEvent;
export type CircleChanged = CirclesCircleEvent;
export type ConversationChanged = Exclude<CirclesConversationEvent, { readonly event: 'recovered' }>;
/** Whether everything since the last message follows, once and in order; otherwise read what was missed over REST. */
export type ConversationRecovered = Extract<CirclesConversationEvent, { readonly event: 'recovered' }>;
export type Writing = CirclesWritingEvent;
export type Forwarded = CirclesForwardedSignal;
export type Sent = Pick<CirclesStoredAnswer, 'message_id'>;

/** News of a conversation, told apart by the members of `message`. */
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

/** The refusal in an acknowledgement, if it is one. */
export function refusalIn(answer: unknown): { readonly code: string; readonly detail: string } | undefined {
  if (!isObject(answer)) return { code: 'malformed_answer', detail: 'The answer is no acknowledgement' };
  if (answer['ok'] === true) return undefined;
  const { code, detail } = isObject(answer['error']) ? answer['error'] : {};
  const known = typeof code === 'string' ? code : 'internal_error';
  return { code: known, detail: typeof detail === 'string' ? detail : known };
}
