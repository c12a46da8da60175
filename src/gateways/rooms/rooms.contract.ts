import { Type } from 'typebox';
import { type ChannelContract, type FrameOf, type MembersOf, message } from '../../common/asyncapi/contract.js';

const Permissions = Type.Enum(['read', 'write', 'readwrite'], {
  $id: 'RoomsPermissions',
  description: 'What the sockets of an endpoint may do in its room.',
});
const offset = Type.Integer({
  format: 'int64',
  minimum: 0,
  description: 'Offset in a durable room; gap-free, from 1.',
});
const epoch = Type.String({ description: 'Offsets of another epoch are meaningless.' });
const identity = Type.String({ description: 'Of the endpoint that sent it; the sender cannot set it.' });
const member = Type.String({ description: 'Name of the endpoint.' });

/** A stored message, and one from a room that keeps none. */
const MESSAGES = [
  { message: { x: 1 }, identity: 'llm', timestamp: '2026-01-23T12:34:57+00:00', offset: 7, epoch: 'f3b0c442' },
  { message: 'hello', identity: 'alice', timestamp: '2026-01-23T12:34:56.123000+00:00' },
] as const;

export const published = message(
  'RoomsMessage',
  'A message of the room, to all who may read, including its sender.',
  Type.Object({
    message: Type.Unknown({ description: 'Any JSON value, equal to what was sent at any precision.' }),
    identity,
    timestamp: Type.String({ format: 'date-time', description: 'When the server received it.' }),
    offset: Type.Optional(offset),
    epoch: Type.Optional(epoch),
  }),
  MESSAGES,
  { title: 'message' },
);

export const recovered = message(
  'RoomsRecovered',
  'The first frame of a client that reconnected with `after`: whether everything after it follows.',
  Type.Object({
    recovered: Type.Boolean({ description: 'Whether every message after that offset follows.' }),
    offset,
    epoch,
  }),
  [{ recovered: true, offset: 12, epoch: 'f3b0c442' }],
  { title: 'recovered' },
);

const present = message(
  'RoomsPresent',
  'Who is there; the first frame with `presence=1`.',
  Type.Object({
    event: Type.Literal('present'),
    items: Type.Immutable(
      Type.Array(
        Type.Object(
          {
            identity: member,
            permissions: Permissions,
            connectedAt: Type.String({ format: 'date-time', description: 'When its socket connected.' }),
          },
          { $id: 'RoomsMember' },
        ),
        { description: 'Sockets in the room, this one included.' },
      ),
    ),
  }),
  [
    {
      event: 'present',
      items: [{ identity: 'alice', permissions: 'readwrite', connectedAt: '2026-01-23T12:30:00.000Z' }],
    },
  ],
  { title: 'present' },
);

const joined = message(
  'RoomsJoined',
  'An endpoint has connected; with `presence=1`.',
  Type.Object({ event: Type.Literal('join'), identity: member }),
  [{ event: 'join', identity: 'bob' }],
  { title: 'join' },
);

const left = message(
  'RoomsLeft',
  'An endpoint has left; with `presence=1`.',
  Type.Object({ event: Type.Literal('leave'), identity: member }),
  [{ event: 'leave', identity: 'bob' }],
  { title: 'leave' },
);

const acked = message(
  'RoomsAcked',
  'A message was accepted; in a durable room it is stored, at this offset.',
  Type.Object({
    ack: Type.String({ minLength: 1, maxLength: 64, description: 'The `id` of the message.' }),
    offset: Type.Optional(offset),
    epoch: Type.Optional(epoch),
  }),
  [{ ack: 'm-1' }, { ack: 'm-2', offset: 8, epoch: 'f3b0c442' }],
  { title: 'ack' },
);

const refused = message(
  'RoomsRefused',
  'A message with an `id` was refused; nobody has received it.',
  Type.Object({
    error: Type.Object(
      {
        code: Type.String({ description: 'A problem code, as in REST.' }),
        detail: Type.String({ description: 'For people; programs go by `code`.' }),
      },
      { $id: 'RoomsFault' },
    ),
    id: Type.Unknown({ description: 'The `id` of the message; `null` if it is too long to be repeated.' }),
  }),
  [{ error: { code: 'conflict', detail: 'This id was used for another message.' }, id: 'm-1' }],
  { title: 'error' },
);

const publish = message(
  'RoomsPublish',
  'A message for the room; ignored from an endpoint that may only read.',
  Type.Object({
    message: Type.Unknown({ description: 'Any JSON value.' }),
    id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'With `acks=1`: names the message in its answer. Repeated within ten minutes it makes no second one.',
      }),
    ),
  }),
  [{ message: 'hello' }, { message: { x: [1, null] }, id: 'm-1' }],
  { replies: [acked, refused] },
);

export const expiring = message(
  'RoomsExpiring',
  'The token expires in so many seconds; send the next one.',
  Type.Object({
    event: Type.Literal('expiring'),
    seconds: Type.Integer({ minimum: 0, maximum: 10, description: 'Until the token ends.' }),
  }),
  [{ event: 'expiring', seconds: 10 }],
  { title: 'expiring' },
);

const refreshed = message(
  'RoomsRefreshed',
  'The next token was accepted; the connection lasts as long as the token.',
  Type.Object({ event: Type.Literal('refreshed') }),
  [{ event: 'refreshed' }],
  { title: 'refreshed' },
);

const refresh = message(
  'RoomsRefresh',
  'The next token, of the same `iss` and `sub`, with the same right in this room; any other closes with 1008.',
  Type.Object({ refresh: Type.String({ description: 'A JWT.' }) }),
  [{ refresh: 'eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL3Nob3AuZXhhbXBsZS5vcmcifQ.c2lnbmF0dXJl' }],
  { replies: [refreshed] },
);

/** Rooms as their endpoints see them; see docs/protocols/rooms.md. */
export const roomsContract = {
  name: 'rooms',
  address: '/ws/endpoint/{code}',
  transport: 'websocket',
  title: 'Rooms',
  description: 'A room, for one of its endpoints. Whoever is malformed is closed with 1007; there are no error frames.',
  parameters: { code: 'Code of the endpoint: the only credential.' },
  query: {
    after: Type.Integer({
      minimum: 0,
      description: 'Durable rooms: the last offset that you have; 0 = from the oldest.',
    }),
    epoch: Type.String({ description: 'Durable rooms: the epoch of that offset.' }),
    presence: Type.Enum(['1'], { description: 'Tells who is there, who comes and goes.' }),
    acks: Type.Enum(['1'], { description: 'Answers messages that have an `id`.' }),
  },
  security: { endpointCode: { type: 'apiKey', in: 'user', description: 'Code of an endpoint, in the path.' } },
  receives: [publish],
  sends: [recovered, present, joined, left, acked, refused, published],
} as const satisfies ChannelContract;

/** Rooms by name, for holders of a token or ticket from their application. */
export const namedRoomsContract = {
  ...roomsContract,
  name: 'named-rooms',
  address: '/ws/room/{name}',
  title: 'Rooms by token',
  description:
    'A room by its name, for whoever an application vouches for: with a JWT of a registered issuer, or a ticket that the ' +
    'application asked for. Ten seconds before a token ends, that is said; without the next one the end is 1008.',
  parameters: { name: 'Name of the room; the token determines the application.' },
  security: {
    roomToken: {
      type: 'http',
      scheme: 'bearer',
      description:
        'A JWT of a registered issuer, or a ticket: as `Authorization`, or beside the subprotocol `switchboard.v1` as ' +
        '`bearer.<token>`; on event streams a ticket may also be the parameter `ticket`.',
    },
  },
  receives: [publish, refresh],
  sends: [...roomsContract.sends, expiring, refreshed],
} as const satisfies ChannelContract;

/** Frames built as objects, because nothing in them depends on number precision. */
export type RoomsFact = FrameOf<
  readonly [typeof recovered, typeof present, typeof joined, typeof left, typeof expiring, typeof refreshed]
>;

/** Members of frames that are spliced around message text, and of inbound frames. */
export type RoomsMember = MembersOf<FrameOf<typeof namedRoomsContract.receives | typeof namedRoomsContract.sends>>;
export type RoomsFault = FrameOf<readonly [typeof refused]>['error'];
