import { Type } from 'typebox';
import { type ChannelContract, type FrameOf } from '../../common/asyncapi/contract.js';
import {
  asked,
  carried,
  EXAMPLE,
  failed,
  hash,
  Refusal,
  NOTHING,
  own,
  ping,
  privateKeyHash,
  userState,
  uuid,
} from './omikron-envelope.contract.js';

const { user, other, call } = EXAMPLE;

const callId = uuid('Of the call.');
const callSecret = Type.Optional(Type.String({ description: 'For the receiver; usually encrypted.' }));

const identified = own(
  'OmikronClientIdentified',
  'identification_response',
  'The client is identified.',
  Type.Object({ acceppted: Type.Literal(true), accepted: Type.Literal(true) }),
  { acceppted: true, accepted: true },
);
const refused = own(
  'OmikronClientRefused',
  'identification_response',
  'The identification failed, for the reason in `log`; another try is allowed.',
  Type.Object({ acceppted: Type.Literal(false), accepted: Type.Literal(false) }),
  { acceppted: false, accepted: false },
);
const pong = own(
  'OmikronClientPong',
  'pong',
  'What the Iota reported last; -1 is unknown.',
  Type.Object({
    last_ping: Type.Integer({ description: 'As the Iota reported it, usually in milliseconds.' }),
    ping_iota: Type.String({ description: 'The same as digits.' }),
  }),
  { last_ping: 42, ping_iota: '42' },
);
const states = own(
  'OmikronStates',
  'get_states',
  'The states of the users that were asked for.',
  Type.Object({ user_states: Type.Record(Type.String(), userState, { description: 'By user id.' }) }),
  { user_states: { [other]: 'online' } },
);
const callInvited = own('OmikronCallInvited', 'call_invite', 'It rings at the receiver.', NOTHING, {});
const callFound = own(
  'OmikronCallFound',
  'get_call',
  'Whether the call goes on.',
  Type.Object({
    call_state: Type.Enum(['ACTIVE', 'DESTROYED'], {
      description: '`DESTROYED`: it does not exist, or has another secret.',
    }),
  }),
  { call_state: 'ACTIVE' },
);

const stateChanged = own(
  'OmikronStateChanged',
  'client_changed',
  'A watched user has another state.',
  Type.Object({ user_id: uuid('Of the watched user.'), user_state: userState }),
  { user_id: other, user_state: 'away' },
);
const newCall = own(
  'OmikronNewCall',
  'new_call',
  'Somebody calls.',
  Type.Object({
    call_id: callId,
    receiver_id: uuid('Who is called.'),
    sender_id: uuid('Who calls.'),
    call_secret: callSecret,
  }),
  { call_id: call, receiver_id: user, sender_id: other, call_secret: 'encrypted' },
);

/** Frames that the Omikron itself sends to clients. */
const said = [identified, refused, pong, stateChanged, states, callInvited, newCall, callFound, failed] as const;
export type ClientFrame = FrameOf<typeof said>;

/** People's apps; see docs/protocols/omikron.md. */
export const clientContract = {
  name: 'client',
  address: '/ws/client',
  transport: 'websocket',
  title: 'Omikron: clients',
  description: "People's apps. Everything before a successful identification is ignored.",
  security: { privateKeyHash },
  receives: [
    asked(
      'OmikronClientIdentify',
      ['identification'],
      'Who this is.',
      Type.Object({
        user_id: uuid('Of the user of this client.'),
        private_key_hash: hash,
        iota_id: Type.Optional(uuid('Of the home server of this user.')),
        refusal: Refusal,
      }),
      { user_id: user, private_key_hash: EXAMPLE.hash },
      [identified, refused, failed],
    ),
    asked('OmikronClientPing', ['ping'], 'Reports a round trip.', ping, { last_ping: 17 }, [pong]),
    asked(
      'OmikronSetState',
      ['client_changed'],
      'The state of this user; those who watch it are told.',
      Type.Object({
        user_state: Type.String({ minLength: 1, maxLength: 100, description: 'Any text, such as `away`.' }),
      }),
      { user_state: 'away' },
      [failed],
    ),
    asked(
      'OmikronGetStates',
      ['get_states'],
      'Watches users from now on, at most 1,000.',
      Type.Object({
        user_ids: Type.Union([Type.Array(Type.String()), Type.String()], {
          description: 'A list, or ids separated by commas.',
        }),
      }),
      { user_ids: [other] },
      [states, failed],
    ),
    asked(
      'OmikronCallInvite',
      ['call_invite'],
      'Calls a user on all its clients.',
      Type.Object({
        call_id: callId,
        receiver_id: uuid('Who is called.'),
        call_secret: callSecret,
        call_secret_sha: Type.Optional(hash),
      }),
      { call_id: call, receiver_id: other, call_secret: 'encrypted', call_secret_sha: EXAMPLE.hash },
      [callInvited, failed],
    ),
    asked(
      'OmikronGetCall',
      ['get_call'],
      'Whether a call goes on.',
      Type.Object({ call_id: callId, call_secret_sha: Type.Optional(hash) }),
      { call_id: call, call_secret_sha: EXAMPLE.hash },
      [callFound, failed],
    ),
    carried('OmikronClientMessage', 'For the Iota of this user.', { data: {} }),
  ],
  sends: [...said, carried('OmikronFromIota', 'A message of the Iota of this user.', { receiver_id: user, data: {} })],
} as const satisfies ChannelContract;
