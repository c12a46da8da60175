/**
 * The circles protocol on Socket.IO (`docs/protocols/circles.md`): encodes facts as the events of the original's
 * clients.
 */
import {
  type CircleChange,
  type CirclesEvent,
  type ConversationChange,
  type MediaFact,
  type MessageEvent,
  type MessageFact,
  type Sender,
} from '../../modules/circles/circles.events.js';
import { type EventEncoder } from '../../modules/realtime/connection.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { eventFrame, rawEventFrame, type SocketIoFrame } from '../transport/socket-io/socket-io.frame.js';
import { type CirclesFrame } from './circles.contract.js';
import {
  type CircleEvent,
  type CirclesContent,
  type CirclesMedia,
  type CirclesSender,
  type ConversationEvent,
} from './circles-events.contract.js';

/** Typed so that only events of the contract can be sent. */
const frame: (...event: CirclesFrame) => SocketIoFrame = eventFrame;
const rawFrame: (name: CirclesFrame[0], json: string) => SocketIoFrame = rawEventFrame;

export const circlesWire: EventEncoder = {
  encode(event: HubEvent): SocketIoFrame | null {
    return event.type.startsWith('circles.') ? encode(event as CirclesEvent) : null;
  },
};

function encode(event: CirclesEvent): SocketIoFrame | null {
  switch (event.type) {
    case 'circles.succeeded':
      return frame('success', event.text);
    case 'circles.failed':
      return frame('error', event.text);
    case 'circles.received':
      return frame('success', { received: true, message_id: event.messageId, ...clientId(event) });
    case 'circles.invited':
      return frame('circle_invite', {
        event: 'invite',
        circle_id: event.circleId,
        circle_invite_id: event.inviteId,
      });
    case 'circles.circle':
      return frame('circle', circleChange(event.change, event.circleId));
    case 'circles.conversation':
      return frame('conversation', conversationChange(event.change, event.conversationId));
    case 'circles.message':
      return message(event);
    case 'circles.message-changed':
      return frame('message', {
        conversation_id: event.conversationId,
        message_id: event.messageId,
        event: event.event,
      });
    case 'circles.media-done':
      return frame('message', {
        conversation_id: event.message.conversationId,
        message: content(event.message, event.sender),
        sender: sender(event.sender),
        media: media(event.media),
        status: 'done',
      });
    case 'circles.media-announced':
      return frame('media', { media_list: event.media.map(media), message_id: event.messageId });
    case 'circles.writing': {
      const who = event.user === null ? '"device":true' : `"device":false,"user":${JSON.stringify(event.user)}`;
      return rawFrame('writing', `{"conversation_id":${event.conversationId},${who},"is_writing":${event.isWriting}}`);
    }
    case 'circles.webrtc':
      return rawFrame('webrtc_config', event.json);
    case 'circles.forwarded':
      return rawFrame(
        event.channel,
        `{"sender_id":${event.senderId},"is_device":${event.isDevice},"content":${event.content}}`,
      );
    default:
      // Signals are for the connections themselves.
      return null;
  }
}

function circleChange(change: CircleChange, circle_id: number): CircleEvent {
  if (change.event !== 'device') return { ...change, circle_id };
  return { event: change.event, type: change.type, device_id: change.deviceId, circle_id };
}

function conversationChange(change: ConversationChange, id: number): ConversationEvent {
  switch (change.event) {
    case 'read':
      return { event: change.event, conversation_id: id, user: change.user, message_id: change.messageId };
    case 'recovered':
      return { event: change.event, conversation_id: id, recovered: change.recovered, count: change.count };
    case 'kick':
    case 'quit':
    case 'device':
    case 'update':
    case 'invite':
    case 'promoted':
    case 'delete':
      return { ...change, conversation_id: id };
  }
}

function message(event: MessageEvent): SocketIoFrame {
  const { conversationId, sentAt, media: list } = event.message;
  const body = content(event.message, event.sender);
  if (event.status === 'pending') {
    return frame('message', {
      conversation_id: conversationId,
      message: body,
      status: 'pending',
      ...clientId(event.message),
    });
  }
  return frame('message', {
    conversation_id: conversationId,
    message: body,
    time: time(sentAt),
    sender: sender(event.sender),
    media_list: list.map(media),
    status: 'done',
    ...clientId(event.message),
  });
}

function content(fact: MessageFact, from: Sender | null): CirclesContent {
  return {
    id: fact.id,
    ...(from?.kind === 'device' ? { device_id: from.id } : { link_id: fact.linkId }),
    sent: time(fact.sentAt),
    read: null,
    content: fact.content,
    medias: fact.media.length,
  };
}

function sender(from: Sender | null): CirclesSender {
  if (from === null) return null;
  const { id } = from;
  const [created, updated] = [time(from.createdAt), time(from.updatedAt)];
  if (from.kind === 'device') {
    return {
      id,
      name: from.name,
      created,
      updated,
      circle_id: from.circleId,
      activated: true,
      username: from.username,
      is_online: from.isOnline,
    };
  }
  return {
    id,
    email: from.email,
    first_name: from.firstName,
    last_name: from.lastName,
    birthday: from.birthday === null ? null : `${from.birthday}T00:00:00`,
    created,
    updated,
    isOnline: from.isOnline,
    type: from.isAdmin ? 'ADMIN' : 'DEFAULT',
  };
}

function media({ id, identifier, filename, uploaded }: MediaFact): CirclesMedia {
  const extension = filename === null ? null : (/[^.]\.([A-Za-z0-9]{1,16})$/.exec(filename)?.[1] ?? null);
  return { id, filename, extension, identifier, uploaded: uploaded ? 'True' : 'False' };
}

/** Only senders that set an id get it back. */
const clientId = ({ clientMessageId }: { clientMessageId: string | null }): { client_message_id?: string } =>
  clientMessageId === null ? {} : { client_message_id: clientMessageId };

/** ISO 8601 in UTC without offset, with microseconds if there is a fraction, as Python writes it. */
function time(ms: number): string {
  const text = new Date(ms).toISOString().slice(0, -1);
  return ms % 1_000 === 0 ? text.slice(0, -4) : `${text}000`;
}
