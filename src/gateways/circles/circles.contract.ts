import { Type } from 'typebox';
import {
  ack,
  bareEvent,
  type ChannelContract,
  event,
  type FrameOf,
  type MembersOf,
  openObject,
} from '../../common/asyncapi/contract.js';
import { circlesSends, IceCredentials, IceHosts } from './circles-events.contract.js';

const ok = Type.Literal(true);

const failed = ack(
  'CirclesFailed',
  'The event was refused, for the reason also given by `error`.',
  Type.Object({
    ok: Type.Literal(false),
    error: Type.Object(
      {
        code: Type.String({ description: 'A problem code, as in REST.' }),
        detail: Type.String({ description: 'For people, in French; programs go by `code`.' }),
      },
      { $id: 'CirclesFault' },
    ),
  }),
  [{ ok: false, error: { code: 'forbidden', detail: 'Vous ne faite pas partie de cette conversation' } }],
);
const done = ack(
  'CirclesDone',
  'The event was handled.',
  Type.Object({ ok, message: Type.String({ description: 'For people, in French.' }) }),
  [{ ok: true, message: 'Notification envoyee' }],
);
const stored = ack(
  'CirclesStored',
  'The message is stored.',
  Type.Object({
    ok,
    received: Type.Literal(true),
    message_id: Type.Integer({ description: 'Id given to the message.' }),
    client_message_id: Type.Optional(Type.String({ description: 'As it was sent; absent if there was none.' })),
  }),
  [{ ok: true, received: true, message_id: 12 }],
);
const read = ack(
  'CirclesRead',
  'The position of the marker.',
  Type.Object({ ok, message_id: Type.Integer({ description: 'The last message read.' }) }),
  [{ ok: true, message_id: 12 }],
);
const hosts = ack(
  'CirclesIceServersTold',
  'The servers, as in `webrtc_config`.',
  Type.Object({ ok, config: IceHosts }),
  [{ ok: true, config: [{ domain: 'webrtc.neo.ovh', ip: '', port: 3478 }] }],
);
const credentials = ack(
  'CirclesCredentialsTold',
  'The credentials, as in `webrtc_config`.',
  Type.Object({ ok, config: IceCredentials }),
  [{ ok: true, config: { username: '1536019200:2False', password: 'mTuzPSMKpNRxhZt5Q1CF0uFUsZQ=' } }],
);
const nothing = ack('CirclesNothing', 'This event has no effect.', Type.Object({ ok }), [{ ok: true }]);

const DIGITS = '^[1-9][0-9]{0,9}$';
const id = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: DIGITS })], {
  $id: 'CirclesId',
  description: 'An id, as a number or as digits.',
});
const conversation_id = id;

const circlesReceives = [
  event(
    'CirclesAuthenticate',
    'authenticate',
    'Who this is; `auth.token` of the handshake says the same from 3.x on.',
    Type.Object({ token: Type.String({ description: 'Access token of an account or a device.' }) }),
    [{ token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyIn0.6dT9NL1y5KcQPpQpwvZ2FQ' }],
    [done, failed],
  ),
  event(
    'CirclesJoinConversation',
    'join_conversation',
    'This socket receives the events of a conversation; with `after`, also each message since that one.',
    Type.Object({
      conversation_id,
      after: Type.Optional(
        Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^[0-9]+$' })], {
          description: 'Id of the last message that the client has; 0 = none.',
        }),
      ),
    }),
    [{ conversation_id: 3 }, { conversation_id: 3, after: 12 }],
    [done, failed],
  ),
  event(
    'CirclesLeaveConversation',
    'leave_conversation',
    'This socket no longer receives its events.',
    Type.Object({ conversation_id }),
    [{ conversation_id: 3 }],
    [done, failed],
  ),
  event(
    'CirclesJoinCircle',
    'join_circle',
    'This socket receives the events of a circle.',
    Type.Object({ circle_id: id }),
    [{ circle_id: 1 }],
    [done, failed],
  ),
  event(
    'CirclesLeaveCircle',
    'leave_circle',
    'This socket no longer receives its events.',
    Type.Object({ circle_id: id }),
    [{ circle_id: 1 }],
    [done, failed],
  ),
  event(
    'CirclesSend',
    'message',
    'A message for a conversation, with a text or files or both.',
    Type.Object({
      conversation_id,
      text_message: Type.Optional(Type.String({ maxLength: 8_192, description: 'What it says.' })),
      files: Type.Optional(Type.Array(Type.String(), { description: 'Names of files that follow over REST.' })),
      client_message_id: Type.Optional(
        Type.String({ minLength: 1, description: 'Repeating it makes no second message.' }),
      ),
    }),
    [
      { conversation_id: 3, text_message: 'hi' },
      { conversation_id: 3, text_message: 'look', files: ['a.jpg'], client_message_id: 'c-1' },
    ],
    [stored, failed],
  ),
  event(
    'CirclesWrite',
    'writing',
    'Somebody writes, or has stopped.',
    Type.Object({
      conversation_id,
      is_writing: Type.Unknown({ description: 'Usually a boolean; passed on as it is.' }),
    }),
    [{ conversation_id: 3, is_writing: true }],
    [done, failed],
  ),
  event(
    'CirclesMarkRead',
    'read',
    'The conversation has been read up to this message; the marker never moves back.',
    Type.Object({ conversation_id, message_id: id }),
    [{ conversation_id: 3, message_id: 12 }],
    [read, failed],
  ),
  bareEvent('CirclesAskStun', 'webrtc_stun_info', 'Which STUN servers there are; anybody may ask.', [hosts, failed]),
  bareEvent('CirclesAskTurn', 'webrtc_turn_info', 'Which TURN servers there are; anybody may ask.', [hosts, failed]),
  bareEvent('CirclesAskCredentials', 'webrtc_credentials', 'Credentials for TURN.', [credentials, failed]),
  event(
    'CirclesForward',
    'webrtc_forward',
    'A signal for another account: for the first of `email`, `user_id` and `device_id` that there is.',
    openObject({
      email: Type.Optional(Type.String({ description: 'Email of an account.' })),
      user_id: Type.Optional(id),
      device_id: Type.Optional(id),
    }),
    [{ user_id: 5, message: 'CALLING' }],
    [done, failed],
  ),
  bareEvent('CirclesJoinRoom', 'webrtc_join_room', 'Known to clients; does nothing.', [nothing, failed]),
  bareEvent('CirclesLeaveRoom', 'webrtc_leave_room', 'Known to clients; does nothing.', [nothing, failed]),
  bareEvent('CirclesRoomForward', 'webrtc_room_forward', 'Known to clients; does nothing.', [nothing, failed]),
] as const;

/** Families and teams; see docs/protocols/circles.md. */
export const circlesContract = {
  name: 'circles',
  address: '/socket.io',
  transport: 'socket.io',
  title: 'Circles',
  description:
    'Conversations of families and teams, and signals for their calls. Socket.IO on namespace `/`, clients 1.x to 4.x. ' +
    'The acknowledgement of an event, if asked for, says what `success` and `error` say.',
  security: {
    accessToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'Access token of an account or a device, as `auth.token` of the handshake or in `authenticate`.',
    },
  },
  receives: circlesReceives,
  sends: circlesSends,
} as const satisfies ChannelContract;

/** Events, as name and arguments. */
export type CirclesFrame = FrameOf<typeof circlesSends>;

/** Members that clients may send. */
export type CirclesMember = Argument<FrameOf<typeof circlesReceives>>;
type Argument<F> = F extends readonly [string, infer A] ? MembersOf<A> : never;
