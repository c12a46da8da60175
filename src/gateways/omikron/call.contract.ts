import { Type } from 'typebox';
import { type ChannelContract, type FrameOf, openObject } from '../../common/asyncapi/contract.js';
import {
  asked,
  callState,
  EXAMPLE,
  failed,
  hash,
  Refusal,
  NOTHING,
  own,
  ping,
  privateKeyHash,
  told,
  userState,
  uuid,
} from './omikron-envelope.contract.js';

const { user, other, call } = EXAMPLE;

const joined = own(
  'OmikronCallJoined',
  'identification_response',
  'This client is in the call; the others, by their ids.',
  Type.Object({
    acceppted: Type.Literal(true),
    accepted: Type.Literal(true),
    user_ids: Type.Record(Type.String(), callState, { description: 'The state of each, by user id.' }),
    user_states: Type.Record(
      Type.String(),
      Type.Object(
        { state: callState, streaming: Type.Boolean({ description: 'Whether the screen is shown.' }) },
        { $id: 'OmikronCallState' },
      ),
      { description: 'The same, and who shows the screen.' },
    ),
  }),
  {
    acceppted: true,
    accepted: true,
    user_ids: { [user]: 'muted' },
    user_states: { [user]: { state: 'muted', streaming: false } },
  },
);
const refused = own(
  'OmikronCallRefused',
  'identification_response',
  'The identification failed, for the reason in `log`; another try is allowed.',
  Type.Object({
    acceppted: Type.Literal(false),
    accepted: Type.Literal(false),
    user_ids: NOTHING,
    user_states: NOTHING,
  }),
  { acceppted: false, accepted: false, user_ids: {}, user_states: {} },
);
const pong = own('OmikronCallPong', 'pong', 'The answer to a ping.', NOTHING, {});
const connected = own(
  'OmikronCallerConnected',
  'client_connected',
  'Somebody else is in the call.',
  Type.Object({ user_id: uuid('Who it is.'), call_state: callState, user_state: userState }),
  { user_id: other, call_state: 'muted', user_state: 'online' },
);
const closed = own(
  'OmikronCallerClosed',
  'client_closed',
  'Somebody has left the call.',
  Type.Object({ user_id: uuid('Who it was.') }),
  { user_id: other },
);

/** Frames that the Omikron itself sends to callers. */
const said = [joined, refused, pong, connected, closed, failed] as const;
export type CallFrame = FrameOf<typeof said>;

/** A signal for one other caller. */
const signal = {
  receiver_id: uuid('Of the user for whom it is.'),
  payload: Type.Optional(Type.String({ description: 'Usually encrypted.' })),
};
const SIGNALS = ['webrtc_sdp', 'webrtc_ice', 'watch_stream'] as const;
const STREAMS = ['start_stream', 'end_stream'] as const;

/** People's apps in a call; see docs/protocols/omikron.md. */
export const callContract = {
  name: 'call',
  address: '/ws/call',
  transport: 'websocket',
  title: 'Omikron: calls',
  description: 'One client in one call. Everything before a successful identification is ignored.',
  security: { privateKeyHash },
  receives: [
    asked(
      'OmikronCallIdentify',
      ['identification'],
      'Who this is, and in which call; the first one brings the secret.',
      Type.Object({
        call_id: uuid('Of the call.'),
        user_id: uuid('Of the user of this client.'),
        private_key_hash: hash,
        refusal: Refusal,
        iota_id: Type.Optional(uuid('Of the home server of this user.')),
        call_secret_sha: Type.Optional(hash),
      }),
      { call_id: call, user_id: user, private_key_hash: EXAMPLE.hash, call_secret_sha: EXAMPLE.hash },
      [joined, refused, failed],
    ),
    asked('OmikronCallPing', ['ping'], 'Checks that the server is there.', ping, { last_ping: 17 }, [pong]),
    asked(
      'OmikronSetStates',
      ['client_changed'],
      'The state of this caller; what is left out stays unchanged.',
      Type.Object({ call_state: Type.Optional(callState), user_state: Type.Optional(userState) }),
      { call_state: 'deafed' },
      [failed],
    ),
    asked('OmikronSignal', SIGNALS, 'For one other caller.', openObject(signal), { receiver_id: other, payload: 'p' }, [
      failed,
    ]),
    asked('OmikronStream', STREAMS, 'Starts or stops sharing the screen.', NOTHING, {}, [failed]),
  ],
  sends: [
    ...said,
    told(
      'OmikronCallerChanged',
      ['client_changed'],
      'The state of another caller.',
      { user_id: uuid('The same again.'), call_state: Type.Optional(callState), user_state: Type.Optional(userState) },
      { user_id: other, call_state: 'deafed' },
    ),
    told('OmikronSignalled', SIGNALS, 'From one other caller.', signal, { receiver_id: user, payload: 'p' }),
    told(
      'OmikronStreamed',
      STREAMS,
      'Another caller starts or stops sharing the screen.',
      { user_id: uuid('The same again.') },
      {
        user_id: other,
      },
    ),
  ],
} as const satisfies ChannelContract;
