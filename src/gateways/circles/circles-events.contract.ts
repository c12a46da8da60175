import { type Static, Type } from 'typebox';
import { event } from '../../common/asyncapi/contract.js';

const idOf = (what: string) => Type.Integer({ minimum: 1, description: `Id of ${what}.` });
const circle_id = idOf('the circle');
const conversation_id = idOf('the conversation');
const message_id = idOf('the message');
const user = Type.String({ format: 'email', description: 'Whom it is about.' });
const from = Type.String({ format: 'email', description: 'Who did it.' });
const time = Type.String({ description: 'UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.' });
const client_message_id = Type.Optional(
  Type.String({ description: 'As its author sent it; absent if there was none.' }),
);

const WHAT = { description: 'What happened.' };
const FILES = { description: 'Its files.' };
const is_writing = Type.Unknown({ description: 'Usually a boolean; passed on as it is.' });

const UserSender = Type.Object(
  {
    id: idOf('the account'),
    email: Type.String({ description: 'Its email.' }),
    first_name: Type.String({ description: 'What the person is called by friends.' }),
    last_name: Type.String({ description: 'Family name.' }),
    birthday: Type.Union([Type.String(), Type.Null()], {
      description: 'Midnight of the day; null when unknown.',
    }),
    created: time,
    updated: time,
    isOnline: Type.Boolean({ description: 'Whether it is online.' }),
    type: Type.Enum(['ADMIN', 'DEFAULT'], { description: 'Whether it administers the server.' }),
  },
  { $id: 'CirclesUserSender' },
);

const DeviceSender = Type.Object(
  {
    id: idOf('the device'),
    name: Type.String({ description: 'As people call it.' }),
    created: time,
    updated: time,
    circle_id,
    activated: Type.Boolean({ description: 'Always true.' }),
    username: Type.String({ description: 'What it signs in with.' }),
    is_online: Type.Boolean({ description: 'Whether it is online.' }),
  },
  { $id: 'CirclesDeviceSender' },
);

const Sender = Type.Union([UserSender, DeviceSender, Type.Null()], {
  $id: 'CirclesSender',
  description: 'Who wrote a message; null once the account is gone.',
});

const Content = Type.Object(
  {
    id: message_id,
    link_id: Type.Optional(Type.Integer({ description: "Of a person's message." })),
    device_id: Type.Optional(Type.Integer({ description: "Of a device's message." })),
    sent: time,
    read: Type.Null({ description: 'Always null; the event `read` of a conversation says how far it is read.' }),
    content: Type.String({ description: 'Its text.' }),
    medias: Type.Integer({ description: 'Number of its files.' }),
  },
  { $id: 'CirclesContent' },
);

const Media = Type.Object(
  {
    id: idOf('the file'),
    filename: Type.Union([Type.String(), Type.Null()], { description: 'Null until it is uploaded.' }),
    extension: Type.Union([Type.String(), Type.Null()], {
      description: 'Of the file name; null until it is uploaded.',
    }),
    identifier: Type.String({ description: 'As its sender called it.' }),
    uploaded: Type.Enum(['True', 'False'], { description: 'Whether its content is stored.' }),
  },
  { $id: 'CirclesMedia' },
);

const Circle = Type.Union([
  Type.Object({ event: Type.Enum(['join', 'quit', 'connect', 'disconnect'], WHAT), user, circle_id }),
  Type.Object({ event: Type.Literal('kick'), user, from, circle_id }),
  Type.Object({ event: Type.Enum(['update', 'delete'], WHAT), circle_id }),
  Type.Object({
    event: Type.Literal('device'),
    type: Type.Enum(['update', 'connect', 'disconnect'], WHAT),
    device_id: idOf('the device'),
    circle_id,
  }),
]);

const Conversation = Type.Union([
  Type.Object({ event: Type.Enum(['update', 'invite', 'promoted', 'delete'], WHAT), conversation_id }),
  Type.Object({ event: Type.Literal('kick'), user, from, conversation_id }),
  Type.Object({ event: Type.Literal('quit'), user, conversation_id }),
  Type.Object({ event: Type.Literal('device'), type: Type.Enum(['add', 'remove'], WHAT), conversation_id }),
  Type.Object({ event: Type.Literal('read'), user, conversation_id, message_id }),
  Type.Object({
    event: Type.Literal('recovered'),
    conversation_id,
    recovered: Type.Boolean({ description: 'Whether all messages since `after` follow.' }),
    count: Type.Integer({ minimum: 0, description: 'Messages that follow.' }),
  }),
]);

export const IceHosts = Type.Array(
  Type.Object(
    {
      domain: Type.String({ description: 'Name of the host.' }),
      ip: Type.String({ description: 'Empty; the name is enough.' }),
      port: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Its port.' }),
    },
    { $id: 'CirclesIceHost' },
  ),
  { description: 'The STUN or TURN servers.' },
);

export const IceCredentials = Type.Object(
  {
    username: Type.String({ description: '`<Unix time of the end, seconds>:<id><True or False: a device>`' }),
    password: Type.String({ description: 'Base64 of HMAC-SHA1(secret, username).' }),
  },
  { $id: 'CirclesIceCredentials' },
);

const Forwarded = Type.Object(
  {
    sender_id: idOf('the account or device it comes from'),
    is_device: Type.Boolean({ description: 'Whether a device sent it.' }),
    content: Type.Unknown({ description: 'The argument of `webrtc_forward`, as it was sent.' }),
  },
  { $id: 'CirclesForwardedSignal' },
);

export type CirclesSender = Static<typeof Sender>;
export type CirclesContent = Static<typeof Content>;
export type CirclesMedia = Static<typeof Media>;
export type CircleEvent = Static<typeof Circle>;
export type ConversationEvent = Static<typeof Conversation>;

const SENT = '2018-09-02T10:00:00.123000';
const SIGNAL = { sender_id: 2, is_device: false, content: { user_id: 5, message: 'CALLING' } };
const CONTENT = { id: 12, link_id: 5, sent: SENT, read: null, content: 'hi', medias: 0 };
const SENDER = {
  id: 2,
  email: 'a@b.c',
  first_name: 'A',
  last_name: 'B',
  birthday: '1995-12-12T00:00:00',
  created: '2018-09-01T08:00:00',
  updated: '2018-09-01T08:00:00',
  isOnline: true,
  type: 'DEFAULT',
} as const;
const FILE = { id: 9, filename: null, extension: null, identifier: 'a.jpg', uploaded: 'False' } as const;

/** What the server sends, except acknowledgements. */
export const circlesSends = [
  event('CirclesSuccess', 'success', 'An event was handled; the text is for people.', Type.String(), [
    'User authenticated',
    'Vous avez rejoins la conversation : conversation_3',
  ]),
  event(
    'CirclesReceived',
    'success',
    'A message of this socket is stored.',
    Type.Object({ received: Type.Literal(true), message_id, client_message_id }),
    [{ received: true, message_id: 12 }],
  ),
  event('CirclesError', 'error', 'An event was refused; the text is for people.', Type.String(), ['User not found']),
  event(
    'CirclesInvite',
    'circle_invite',
    'This account is invited to a circle.',
    Type.Object({ event: Type.Literal('invite'), circle_id, circle_invite_id: idOf('the invitation') }),
    [{ event: 'invite', circle_id: 1, circle_invite_id: 7 }],
  ),
  event('CirclesCircle', 'circle', 'Something happened to a circle that this socket has joined.', Circle, [
    { event: 'join', user: 'a@b.c', circle_id: 1 },
    { event: 'device', type: 'connect', device_id: 4, circle_id: 1 },
  ]),
  event(
    'CirclesConversation',
    'conversation',
    'Something happened to a conversation that this socket has joined, or this account was invited to.',
    Conversation,
    [
      { event: 'invite', conversation_id: 3 },
      { event: 'read', conversation_id: 3, user: 'a@b.c', message_id: 12 },
      { event: 'recovered', conversation_id: 3, recovered: true, count: 2 },
    ],
  ),
  event(
    'CirclesMessageDone',
    'message',
    'A complete message of the conversation.',
    Type.Object({
      conversation_id,
      message: Content,
      time,
      sender: Sender,
      media_list: Type.Array(Media, FILES),
      status: Type.Literal('done'),
      client_message_id,
    }),
    [{ conversation_id: 3, message: CONTENT, time: SENT, sender: SENDER, media_list: [], status: 'done' }],
  ),
  event(
    'CirclesMessagePending',
    'message',
    'A message of the conversation whose files have not been uploaded yet.',
    Type.Object({ conversation_id, message: Content, status: Type.Literal('pending'), client_message_id }),
    [{ conversation_id: 3, message: { ...CONTENT, medias: 1 }, status: 'pending' }],
  ),
  event(
    'CirclesMessageMedia',
    'message',
    'A file of a message has been uploaded.',
    Type.Object({ conversation_id, message: Content, sender: Sender, media: Media, status: Type.Literal('done') }),
    [
      {
        conversation_id: 3,
        message: { ...CONTENT, medias: 1 },
        sender: SENDER,
        media: { ...FILE, filename: 'a.jpg', extension: 'jpg', uploaded: 'True' },
        status: 'done',
      },
    ],
  ),
  event(
    'CirclesMessageChanged',
    'message',
    'A message was edited or deleted; its text is read over REST.',
    Type.Object({
      conversation_id,
      message_id,
      event: Type.Enum(['update', 'delete'], { description: 'What happened to it.' }),
    }),
    [{ conversation_id: 3, message_id: 12, event: 'delete' }],
  ),
  event(
    'CirclesMediaList',
    'media',
    'Where to upload the files of a message that this account sent.',
    Type.Object({ media_list: Type.Array(Media, FILES), message_id }),
    [{ media_list: [FILE], message_id: 12 }],
  ),
  event(
    'CirclesWriting',
    'writing',
    'Somebody writes in the conversation, or has stopped.',
    Type.Union([
      Type.Object({ conversation_id, device: Type.Literal(false), user, is_writing }),
      Type.Object({ conversation_id, device: Type.Literal(true), is_writing }),
    ]),
    [
      { conversation_id: 3, device: false, user: 'a@b.c', is_writing: true },
      { conversation_id: 3, device: true, is_writing: false },
    ],
  ),
  event('CirclesIceServers', 'webrtc_config', 'The STUN or TURN servers.', IceHosts, [
    [{ domain: 'webrtc.neo.ovh', ip: '', port: 3478 }],
  ]),
  event('CirclesCredentials', 'webrtc_config', 'Credentials for TURN.', IceCredentials, [
    { username: '1536019200:2False', password: 'mTuzPSMKpNRxhZt5Q1CF0uFUsZQ=' },
  ]),
  event(
    'CirclesForwardedConfig',
    'webrtc_config',
    'A signal of another account, under the name in the documentation of the original.',
    Forwarded,
    [SIGNAL],
  ),
  event('CirclesForwarded', 'webrtc_forward', 'A signal of another account, as clients know it.', Forwarded, [SIGNAL]),
] as const;
