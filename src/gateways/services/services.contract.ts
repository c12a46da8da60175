import { Type } from 'typebox';
import { type ChannelContract, type FrameOf, message } from '../../common/asyncapi/contract.js';

const Role = Type.Enum(['host', 'client', 'guest'], {
  $id: 'ServicesRole',
  description: 'What a connection is to its service.',
});
const User = Type.String({ description: 'Six hexadecimal digits, new for each connection.' });

/** Types of the server's own messages; only hosts can use them in relayed messages. */
const OWN_TYPES = [
  'server_connect',
  'server_authorized',
  'server_code',
  'server_join',
  'server_leave',
  'server_disconnect',
  'server_error',
];

const Text = Type.String({ description: 'For people; programs go by `type`.' });

const connected = message(
  'ServicesConnect',
  'The server waits for the login.',
  Type.Object({ type: Type.Literal('server_connect'), message: Text }),
  [{ type: 'server_connect', message: 'Welcome! Please provide a token.' }],
  { title: 'server_connect' },
);

const authorized = message(
  'ServicesAuthorized',
  'The login succeeded.',
  Type.Object({
    type: Type.Literal('server_authorized'),
    message: Type.String({ description: 'The last word is the role: host, client or guest.' }),
  }),
  [{ type: 'server_authorized', message: 'Authorized as host' }],
  { title: 'server_authorized' },
);

const coded = message(
  'ServicesCode',
  'The public code of this host, with which guests connect.',
  Type.Object({ type: Type.Literal('server_code'), code: Type.String({ description: 'Guests log in with it.' }) }),
  [{ type: 'server_code', code: 'HRSC' }],
  { title: 'server_code' },
);

const joined = message(
  'ServicesJoin',
  'Somebody has connected: a host, to clients and guests; a client or guest, to hosts.',
  Type.Object({
    type: Type.Literal('server_join'),
    role: Role,
    user: User,
    name: Type.Optional(Type.String({ description: 'As given at the login; absent if none was given.' })),
  }),
  [{ type: 'server_join', role: 'guest', user: '3274d5', name: 'Ann' }],
  { title: 'server_join' },
);

const left = message(
  'ServicesLeave',
  'Somebody who was announced has left.',
  Type.Object({ type: Type.Literal('server_leave'), role: Role, user: User }),
  [{ type: 'server_leave', role: 'client', user: '3274d5' }],
  { title: 'server_leave' },
);

const disconnected = message(
  'ServicesDisconnect',
  'This connection is closed by force; 4000 is the code of the close that follows.',
  Type.Object({ type: Type.Literal('server_disconnect'), message: Text }),
  [{ type: 'server_disconnect', message: 'Session ended by host' }],
  { title: 'server_disconnect' },
);

const failed = message(
  'ServicesError',
  'A login or a message was refused; before the login, or if it is not a JSON object, a close follows.',
  Type.Object({ type: Type.Literal('server_error'), message: Text }),
  [{ type: 'server_error', message: 'Invalid token' }],
  { title: 'server_error' },
);

const login = message(
  'ServicesLogin',
  'The first message: a token of the service, or the public code of a host.',
  Type.Object({
    token: Type.String({ description: 'Host token, client token (UUIDs) or public code.' }),
    name: Type.Optional(Type.String({ description: 'Shown in the `server_join` that the others get.' })),
  }),
  [{ token: '7f3c9a52-6a50-4f4e-9a55-0d2f4ab7c1de' }, { token: 'HRSC', name: 'Ann' }],
  { replies: [authorized, coded, failed] },
);

const sent = message(
  'ServicesMessage',
  'A message of the application: of a host, to clients and guests, or to the one that `user` names; of others, to hosts.',
  Type.Unsafe<object>({
    type: 'object',
    description: 'Any object. The server sets `user` in those of clients and guests.',
  }),
  [
    { type: 'answer', answer: 42 },
    { type: 'score', user: '3274d5', points: 7 },
  ],
);

const relayed = message(
  'ServicesRelayed',
  'A message of another peer, or of an admin over REST, as the text it came in; to hosts, with the `user` it is from. ' +
    'Hosts and admins can send what looks like a message of the server; no client or guest can.',
  Type.Unsafe<object>({
    type: 'object',
    not: { type: 'object', properties: { type: { enum: OWN_TYPES } }, required: ['type'] },
  }),
  [{ type: 'answer', answer: 42, user: '3274d5' }],
);

/** Frames that the server itself sends. */
const own = [connected, authorized, coded, joined, left, disconnected, failed] as const;
export type ServicesFrame = FrameOf<typeof own>;

/** The exhibition relay; see docs/protocols/services.md. */
export const servicesContract = {
  name: 'services',
  address: '/ws',
  transport: 'websocket',
  title: 'Services',
  description: 'The exhibition relay: a host, its clients, and guests who connect with a public code.',
  security: {
    serviceToken: {
      type: 'apiKey',
      in: 'password',
      description: 'A token of the service or a public code, as `token` of the first message.',
    },
  },
  receives: [login, sent],
  sends: [...own, relayed],
} as const satisfies ChannelContract;
