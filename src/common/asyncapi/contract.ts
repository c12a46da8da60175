import {
  type Static,
  type TLiteral,
  type TObject,
  type TObjectOptions,
  type TProperties,
  type TSchema,
  type TString,
  type TTuple,
  Type,
} from 'typebox';

/**
 * What a protocol says and hears on one channel, declared next to its codec and without any runtime code. The AsyncAPI
 * document is built from it, the frames of the transcripts are checked against it, and the codec's types are derived
 * from it.
 */
export interface ChannelContract {
  /** Id of the channel in the document. */
  readonly name: string;
  /** As in the AsyncAPI document, e.g. `/ws/endpoint/{code}`. */
  readonly address: string;
  readonly transport: Transport;
  readonly title: string;
  readonly description: string;
  /** The placeholders of the address, each with a sentence of description. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Query parameters of the handshake, all optional. */
  readonly query?: Readonly<Record<string, TSchema>>;
  readonly security: Readonly<Record<string, SecurityScheme>>;
  /** Messages from clients. Here and in `sends`, a frame that fits several messages counts as the first of them. */
  readonly receives: readonly Message[];
  /** Messages to clients. */
  readonly sends: readonly Message[];
}

export type Transport = 'websocket' | 'socket.io' | 'sse';

/** One kind of message. */
export interface Message<S extends TSchema = TSchema> {
  /** Name of the component in the document. */
  readonly name: string;
  /** How people recognize it on the wire: the event, the value of `type`, or a member that only it has. */
  readonly title: string;
  readonly summary: string;
  /**
   * Plain WebSocket: the frame. Socket.IO: name and arguments of the event, or the arguments of the acknowledgement.
   */
  readonly payload: S;
  /** Whole payloads. */
  readonly examples: readonly unknown[];
  /** Fields besides the data, for Server-Sent Events. */
  readonly headers?: TSchema;
  /**
   * For a message from clients: what it is answered with. Replies that the channel does not send are acknowledgements.
   */
  readonly replies?: readonly Message[];
}

/** A Security Scheme Object of AsyncAPI. */
export interface SecurityScheme {
  readonly type: 'http' | 'httpApiKey' | 'apiKey' | 'userPassword';
  readonly description: string;
  readonly scheme?: 'bearer';
  readonly bearerFormat?: string;
  readonly in?: 'user' | 'password' | 'query' | 'header';
  readonly name?: string;
}

/** Every frame that one of the messages allows. */
export type FrameOf<M extends readonly Message[]> = M[number] extends infer One
  ? One extends Message<infer S>
    ? Static<S>
    : never
  : never;

/** Names of all members that `T` declares in any of its forms. */
export type MembersOf<T> = T extends object ? keyof { [K in keyof T as string extends K ? never : K]: T[K] } : never;

interface More {
  readonly title?: string;
  readonly headers?: TSchema;
  readonly replies?: readonly Message[];
}

/** At least one example that satisfies the schema. */
type Examples<S extends TSchema> = readonly [Static<S>, ...Static<S>[]];

/** A message in a frame of its own. Its payload becomes the component `name`, unless it already has a name. */
export function message<S extends TSchema>(
  name: string,
  summary: string,
  payload: S,
  examples: Examples<S>,
  more: More = {},
): Message<S> {
  return { name, title: name, summary, payload: named(name, payload), examples, ...more };
}

/** An event of Socket.IO with one argument, which becomes the component `<name>Event`, unless it already has a name. */
export function event<E extends string, S extends TSchema>(
  name: string,
  title: E,
  summary: string,
  argument: S,
  examples: Examples<S>,
  replies: readonly Message[] = [],
): Message<TTuple<[TLiteral<E>, S]>> {
  const payload = Type.Tuple([Type.Literal(title), named(`${name}Event`, argument)]);
  return {
    name,
    title,
    summary,
    payload: named(name, payload),
    examples: examples.map((each) => [title, each]),
    replies,
  };
}

/** An event of Socket.IO without arguments. */
export function bareEvent<E extends string>(
  name: string,
  title: E,
  summary: string,
  replies: readonly Message[] = [],
): Message<TTuple<[TLiteral<E>]>> {
  return {
    name,
    title,
    summary,
    payload: named(name, Type.Tuple([Type.Literal(title)])),
    examples: [[title]],
    replies,
  };
}

/** An acknowledgement of Socket.IO with one argument, which becomes the component `<name>Answer`. */
export function ack<S extends TSchema>(
  name: string,
  summary: string,
  argument: S,
  examples: Examples<S>,
): Message<TTuple<[S]>> {
  const payload = Type.Tuple([named(`${name}Answer`, argument)]);
  return {
    name,
    title: 'acknowledgement',
    summary,
    payload: named(name, payload),
    examples: examples.map((each) => [each]),
  };
}

/** A schema with a name becomes a component of the document, wherever it is used. */
export const named = <S extends TSchema>(name: string, schema: S): S => ({ $id: name, ...schema });

/** An object that may also have any other members. */
export const openObject = <P extends TProperties>(properties: P, options: TObjectOptions = {}) =>
  Type.Unsafe<Static<TObject<P>> & Readonly<Record<string, unknown>>>(
    Type.Object(properties, { ...options, additionalProperties: true }),
  );

/** Extension for a string that holds JSON: the schema of that JSON. */
export const JSON_CONTENT = 'x-json';

/** A string that holds JSON text. */
export const jsonText = (content: TSchema, description?: string): TString =>
  Type.String({ contentMediaType: 'application/json', [JSON_CONTENT]: content, ...(description && { description }) });
