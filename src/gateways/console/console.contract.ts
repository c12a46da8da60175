import { Type } from 'typebox';
import {
  type ChannelContract,
  type FrameOf,
  type MembersOf,
  message,
  openObject,
} from '../../common/asyncapi/contract.js';

const id = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'Of the subscription; the client chooses it, unique on its socket.',
});
const time = (description: string) => Type.String({ format: 'date-time', description });
const asOfRest = (path: string) => openObject({}, { description: `As \`GET /api/v1/${path}\` answers it.` });

const subscribed = message(
  'ConsoleSubscribed',
  'The subscription is accepted; its frames follow.',
  Type.Object({ type: Type.Literal('subscribed'), id }),
  [{ type: 'subscribed', id: 'o' }],
  { title: 'subscribed' },
);

const refused = message(
  'ConsoleRefused',
  'The subscription is refused: the role is too low, there is no such thing, or there are 16 subscriptions.',
  Type.Object({
    type: Type.Literal('refused'),
    id,
    code: Type.String({ description: 'A problem code, as in REST.' }),
    detail: Type.String({ description: 'For people; programs go by `code`.' }),
  }),
  [{ type: 'refused', id: 'r', code: 'forbidden', detail: 'This needs the role operator.' }],
  { title: 'refused' },
);

const ended = message(
  'ConsoleEnded',
  'Nothing more follows: the connection has ended, or the role was taken away.',
  Type.Object({ type: Type.Literal('ended'), id }),
  [{ type: 'ended', id: 'c' }],
  { title: 'ended' },
);

const samples = message(
  'ConsoleSamples',
  'Samples of all nodes, first those since `after`, or of the last hour; then, every ten seconds, the last two: a node ' +
    'that was late with one has it in the next frame, which counts.',
  Type.Object({
    type: Type.Literal('samples'),
    id,
    samples: asOfRest('metrics/history'),
  }),
  [
    {
      type: 'samples',
      id: 'o',
      samples: {
        from: '2026-01-01T12:00:00.000Z',
        stepSeconds: 10,
        nodes: 1,
        missing: [],
        series: [{ name: 'connections', label: 'rooms', node: null, values: [118, 120] }],
      },
    },
  ],
  { title: 'samples' },
);

const timelineEvent = Type.Object(
  {
    at: time('When, by the clock of its node.'),
    what: Type.Enum(['connected', 'admitted', 'present', 'joined', 'left', 'refused', 'slowed', 'closed'], {
      description:
        '`present`: where it already was when somebody began to look; `joined`, `left`: by comparison once a second; ' +
        '`slowed`: it is read more slowly than it sends.',
    }),
    detail: Type.Union([Type.String(), Type.Null()], { description: 'E.g. a room, a problem code, a close code.' }),
  },
  { $id: 'ConsoleTimelineEvent' },
);

const connection = message(
  'ConsoleConnection',
  'A connection as it is now, at most once a second when it changes, with what happened since the last frame.',
  Type.Object({
    type: Type.Literal('connection'),
    id,
    connection: asOfRest('connections/{id}'),
    timeline: Type.Immutable(Type.Array(timelineEvent, { description: 'What happened to it, oldest first.' })),
  }),
  [
    {
      type: 'connection',
      id: 'c',
      connection: { id: '9f86d081884c7d65-1a', protocol: 'rooms', messagesIn: 17 },
      timeline: [{ at: '2026-01-01T12:00:00.000Z', what: 'admitted', detail: 'lobby: alice' }],
    },
  ],
  { title: 'connection' },
);

const said = message(
  'ConsoleMessage',
  'Somebody sent a message in the room.',
  Type.Object({
    type: Type.Literal('message'),
    id,
    message: Type.Unknown({ description: 'Any JSON value, as its sender wrote it.' }),
    identity: Type.String({ description: 'Name of the endpoint.' }),
    timestamp: time('When the server received it.'),
    offset: Type.Optional(Type.Integer({ format: 'int64', description: 'Durable rooms: its offset.' })),
    epoch: Type.Optional(Type.String({ description: 'Offsets of another epoch are meaningless.' })),
  }),
  [{ type: 'message', id: 'r', message: { x: 1 }, identity: 'alice', timestamp: '2026-01-23T12:34:56.123000+00:00' }],
  { title: 'message' },
);

const calls = message(
  'ConsoleCalls',
  'Calls that began, changed or ended, as they are now.',
  Type.Object({
    type: Type.Literal('calls'),
    id,
    items: Type.Immutable(Type.Array(asOfRest('calls/{id}'), { description: 'Calls that are new or have changed.' })),
  }),
  [{ type: 'calls', id: 'k', items: [{ id: 7, protocol: 'signaling', state: 'live' }] }],
  { title: 'calls' },
);

const entries = message(
  'ConsoleEntries',
  'What was written to the audit log, each entry once.',
  Type.Object({
    type: Type.Literal('entries'),
    id,
    items: Type.Immutable(Type.Array(asOfRest('audit/{id}'), { description: 'In the order they were written.' })),
  }),
  [{ type: 'entries', id: 'a', items: [{ id: 4711, action: 'services.update', outcome: 'success' }] }],
  { title: 'entries' },
);

const subscribe = message(
  'ConsoleSubscribe',
  'Asks for what happens: samples, one connection, the messages of one room (from the role `operator` on; it is written ' +
    'to the audit log), calls, or the audit log.',
  Type.Union([
    Type.Object({
      type: Type.Literal('subscribe'),
      id,
      topic: Type.Literal('overview'),
      after: Type.Optional(time('The end of the last sample that you have; absent = the last hour.')),
    }),
    Type.Object({
      type: Type.Literal('subscribe'),
      id,
      topic: Type.Literal('connection'),
      connection: Type.String({ description: 'Its id.' }),
    }),
    Type.Object({
      type: Type.Literal('subscribe'),
      id,
      topic: Type.Literal('room'),
      application: Type.Integer({ minimum: 1, description: "The application's id." }),
      room: Type.String({ description: 'Its name.' }),
    }),
    Type.Object({
      type: Type.Literal('subscribe'),
      id,
      topic: Type.Enum(['calls', 'audit'], { description: 'What to follow.' }),
    }),
  ]),
  [
    { type: 'subscribe', id: 'o', topic: 'overview', after: '2026-01-01T12:00:00.000Z' },
    { type: 'subscribe', id: 'c', topic: 'connection', connection: '9f86d081884c7d65-1a' },
    { type: 'subscribe', id: 'r', topic: 'room', application: 1, room: 'lobby' },
    { type: 'subscribe', id: 'a', topic: 'audit' },
  ],
  { title: 'subscribe', replies: [subscribed, refused] },
);

const unsubscribe = message(
  'ConsoleUnsubscribe',
  'Ends a subscription. An unknown id is ignored.',
  Type.Object({ type: Type.Literal('unsubscribe'), id }),
  [{ type: 'unsubscribe', id: 'o' }],
  { title: 'unsubscribe' },
);

/** What consoles follow live; see docs/protocols/console.md. */
export const consoleContract = {
  name: 'console',
  address: '/ws/console',
  transport: 'websocket',
  title: 'Console',
  description:
    'What operators see live. By ticket (`POST /api/v1/tickets`) of an account from the role `viewer` on; when its login ' +
    'or its role goes, the socket is closed with 1008. Whatever is no frame of this protocol closes it with 1007.',
  security: {
    consoleTicket: {
      type: 'http',
      scheme: 'bearer',
      description:
        'A ticket of an account: beside the subprotocol `switchboard.v1` as `bearer.<ticket>`, or as `Authorization`.',
    },
  },
  receives: [subscribe, unsubscribe],
  sends: [subscribed, refused, ended, samples, connection, said, calls, entries],
} as const satisfies ChannelContract;

/** Frames that are built as objects. */
export type ConsoleFact = FrameOf<readonly [typeof subscribed, typeof refused, typeof ended]>;
export type ConsoleMember = MembersOf<FrameOf<typeof consoleContract.receives>>;
