import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { message, type Message, named, openObject } from '../../common/asyncapi/contract.js';

/** `sender_id` of the Omikron's own frames. */
export const OMIKRON_ID = '22222222-2222-2222-2222-222222222222';

/** Optional member of an identification. */
export const Refusal = Type.Optional(
  Type.Literal('error', { description: 'A refusal is a message of the type `error_…` instead of the documented one.' }),
);

/** @param description whose id it is */
export const uuid = (description: string) => Type.String({ format: 'uuid', description });
export const hash = Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: '64 hexadecimal digits.' });

const id = Type.Optional(Type.Unknown({ description: 'Usually a UUID; the answer repeats it as it is.' }));
export const Log = Type.Object(
  {
    message: Type.String({ description: 'What happened, in words.' }),
    log_level: Type.Integer({ description: '2 important, 1 normal, 0 debug, -1 none.' }),
  },
  { $id: 'OmikronLog', description: 'For people.' },
);

/** Ids used in the examples. */
export const EXAMPLE = {
  id: '01976f5e-8f0a-7c3e-9d55-0d2f4ab7c1de',
  iota: '5f3c9a52-6a50-4f4e-9a55-0d2f4ab7c1d1',
  user: '8a1f2b52-6a50-4f4e-9a55-0d2f4ab7c1d2',
  other: '9b2f2b52-6a50-4f4e-9a55-0d2f4ab7c1d3',
  call: '3c4d2b52-6a50-4f4e-9a55-0d2f4ab7c1d4',
  hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
} as const;

/** A frame made by the Omikron itself. */
export function own<T extends string, S extends TSchema>(
  name: string,
  type: T,
  summary: string,
  data: S,
  example: Static<S>,
) {
  const payload = Type.Object({
    id,
    type: Type.Literal(type),
    log: Log,
    sender_id: Type.Literal(OMIKRON_ID, { description: 'The Omikron.' }),
    data,
  });
  const frame = { id: EXAMPLE.id, type, log: { message: '', log_level: 0 }, sender_id: OMIKRON_ID, data: example };
  return { name, title: type, summary, payload: named(name, payload), examples: [frame] };
}

/**
 * A frame from a peer that the Omikron handles. Types and members may be spelled in several ways; see the protocol
 * document.
 */
export function asked<S extends TSchema>(
  name: string,
  types: readonly string[],
  summary: string,
  data: S,
  example: Static<S>,
  replies: readonly Message[] = [],
): Message {
  const payload = Type.Object({
    id,
    type: Type.Enum([...types], { description: 'What it is about.' }),
    log: Type.Optional(Log),
    data,
  });
  const frame = { id: EXAMPLE.id, type: types[0] ?? '', log: { message: '', log_level: 0 }, data: example };
  return { name, title: types.join(', '), summary, payload: named(name, payload), examples: [frame], replies };
}

/** A message of any other type, which is passed on. */
export function carried(name: string, summary: string, example: object): Message {
  const payload = openObject(
    {
      id,
      type: Type.String({ description: 'Any type that the Omikron does not handle itself.' }),
      log: Type.Optional(Type.Unknown({ description: 'As it was sent.' })),
      sender_id: Type.Optional(Type.Unknown({ description: 'Of the user who sends it.' })),
      receiver_id: Type.Optional(Type.Unknown({ description: 'Of the user for whom it is.' })),
      data: Type.Optional(Type.Unknown({ description: 'As it was sent; usually encrypted.' })),
    },
    { not: { type: 'object', properties: { sender_id: { const: OMIKRON_ID } }, required: ['sender_id'] } },
  );
  return { ...message(name, summary, payload, [{ type: 'get_chats', ...example }]), title: 'any other' };
}

/** What another caller has sent, with its identity added; `data` may hold more members than are named here. */
export function told<T extends string>(
  name: string,
  types: readonly [T, ...T[]],
  summary: string,
  data: TProperties,
  example: object,
): Message {
  const payload = openObject({
    id,
    type: Type.Enum([...types], { description: 'What it is about.' }),
    log: Type.Unknown({ description: 'As it was sent.' }),
    sender_id: uuid('Of the user who sends it.'),
    sender: uuid('The same again.'),
    data: openObject({ sender_id: uuid('The same again.'), ...data }),
  });
  const { other } = EXAMPLE;
  const frame = { type: types[0], log: { message: '', log_level: -1 }, sender_id: other, sender: other };
  return {
    ...message(name, summary, payload, [{ ...frame, data: { sender_id: other, ...example } }]),
    title: types.join(', '),
  };
}

export const NOTHING = Type.Object({}, { description: 'Empty.' });
export const ping = Type.Object({
  last_ping: Type.Union([Type.Integer(), Type.String()], { description: 'Round trip in milliseconds.' }),
});
export const callState = Type.String({
  description: '`active`, `streaming`, `muted`, `deafed`, or any other that clients use.',
});
export const userState = Type.String({
  description: '`online`, `user_offline`, `iota_offline`, or any other that clients use.',
});

/** The credential of clients and callers. */
export const privateKeyHash = {
  type: 'userPassword',
  description: 'User id and SHA-256 of the private key, in the identification.',
} as const;

const ERRORS = [
  'error',
  'error_invalid_user_id',
  'error_invalid_private_key',
  'error_invalid_secret',
  'error_no_iota',
  'error_not_found',
] as const;

export const failed = message(
  'OmikronError',
  'A message was refused; the answer repeats its id.',
  Type.Object({
    id: Type.Optional(Type.Unknown({ description: 'Of the message, if it had one.' })),
    type: Type.Enum([...ERRORS], { description: 'What is wrong.' }),
    log: Log,
    sender_id: Type.Literal(OMIKRON_ID, { description: 'The Omikron.' }),
    data: NOTHING,
  }),
  [
    {
      id: EXAMPLE.id,
      type: 'error_no_iota',
      log: { message: "The receiver's Iota is not connected", log_level: 2 },
      sender_id: OMIKRON_ID,
      data: {},
    },
  ],
);
