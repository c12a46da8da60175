import { Type } from 'typebox';
import { type ChannelContract, message } from '../../common/asyncapi/contract.js';
import { expiring, namedRoomsContract, published, recovered, roomsContract } from './rooms.contract.js';

const id = Type.Optional(
  Type.String({ description: '`<epoch>:<offset>` in durable rooms; browsers send it back as `Last-Event-ID`.' }),
);

const streamed = message(
  'RoomsStreamMessage',
  'A message of the room.',
  published.payload,
  [{ message: 'hello', identity: 'alice', timestamp: '2026-01-23T12:34:56.123000+00:00' }],
  { title: 'message', headers: Type.Object({ id }, { $id: 'RoomsStreamMessageFields' }) },
);

const streamRecovered = message(
  'RoomsStreamRecovered',
  'The first event of a reader that reconnected: whether everything after its position follows.',
  recovered.payload,
  [{ recovered: false, offset: 12, epoch: 'f3b0c442' }],
  {
    title: 'recovered',
    headers: Type.Object({ event: Type.Literal('recovered'), id }, { $id: 'RoomsStreamRecoveredFields' }),
  },
);

const { after, epoch } = roomsContract.query;

/** The same messages for read-only frontends; see docs/protocols/rooms.md. */
export const streamsContract = {
  name: 'streams',
  address: '/sse/endpoint/{code}',
  transport: 'sse',
  title: 'Rooms as event streams',
  description:
    'A room for frontends that only read. In a durable room a stream begins with a field `id` alone, the position to ' +
    'come back with; every 15 seconds there is a comment.',
  parameters: roomsContract.parameters,
  query: {
    after,
    epoch,
    lastEventId: Type.String({ description: 'What the header `Last-Event-ID` says, where it cannot be set.' }),
  },
  security: roomsContract.security,
  receives: [],
  sends: [streamed, streamRecovered],
} as const satisfies ChannelContract;

const streamExpiring = message(
  'RoomsStreamExpiring',
  'The token expires in so many seconds, and ends the stream.',
  expiring.payload,
  [{ event: 'expiring', seconds: 10 }],
  {
    title: 'expiring',
    headers: Type.Object({ event: Type.Literal('expiring') }, { $id: 'RoomsStreamExpiringFields' }),
  },
);

/** Like `streamsContract`, but by name with a token or ticket. */
export const namedStreamsContract = {
  ...streamsContract,
  name: 'named-streams',
  address: '/sse/room/{name}',
  title: 'Rooms by token as event streams',
  parameters: namedRoomsContract.parameters,
  query: {
    ...streamsContract.query,
    ticket: Type.String({ description: 'Valid once: a browser that reconnects requests another one.' }),
  },
  security: namedRoomsContract.security,
  sends: [...streamsContract.sends, streamExpiring],
} as const satisfies ChannelContract;
