import { isObject, type JsonObject } from '../../../../ui/json.js';
import { fit, type Schemas } from './schema.js';

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** As it is sent, indented. */
  readonly text: string;
}

interface MessageContract {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly payload: unknown;
  readonly examples: readonly unknown[];
}

/** The messages of one channel, from the server's own document. `out` is what we send. */
export interface ChannelContract {
  readonly examples: readonly Example[];
  /** The name of the message that a frame is; `undefined` when the contract does not know it. */
  readonly nameOf: (direction: 'in' | 'out', value: unknown) => string | undefined;
}

export async function loadDocument(signal: AbortSignal): Promise<JsonObject> {
  const response = await fetch('/docs-asyncapi', { headers: { accept: 'application/json' }, signal });
  const document: unknown = response.ok ? await response.json() : undefined;
  if (!isObject(document)) throw new Error(`The document of the sockets is not there: ${response.status}`);
  return document;
}

export function contractOf(document: JsonObject, channel: string): ChannelContract {
  const schemas = at(document, 'components', 'schemas');
  // The document is written from the server's side.
  const messages = { in: messagesOf(document, channel, 'send'), out: messagesOf(document, channel, 'receive') };
  return {
    examples: messages.out.flatMap(({ name, title, summary, examples }) =>
      examples.map((payload) => ({ name, title, summary, text: JSON.stringify(payload, null, 2) })),
    ),
    nameOf: (direction, value) => best(messages[direction], value, schemas),
  };
}

/** The message whose constants fit best; those that take anything are for what no other takes. */
function best(messages: readonly MessageContract[], value: unknown, schemas: Schemas): string | undefined {
  let found: string | undefined;
  let most = -1;
  for (const { name, payload } of messages) {
    const score = fit(value, payload, schemas);
    if (score <= most) continue;
    most = score;
    found = name;
  }
  return found;
}

function messagesOf(document: JsonObject, channel: string, action: 'send' | 'receive'): readonly MessageContract[] {
  const known = at(document, 'components', 'messages');
  return Object.values(at(document, 'operations'))
    .filter(isObject)
    .filter((operation) => operation['action'] === action && nameIn(operation['channel']) === channel)
    .flatMap(({ messages }) => (Array.isArray(messages) ? messages.map(nameIn) : []))
    .flatMap((name) => {
      const message = known[name];
      return isObject(message) ? [messageOf(name, message)] : [];
    });
}

function messageOf(name: string, { title, summary, payload, examples }: JsonObject): MessageContract {
  return {
    name,
    title: typeof title === 'string' ? title : name,
    summary: typeof summary === 'string' ? summary : '',
    payload,
    examples: Array.isArray(examples) ? examples.filter(isObject).map((example) => example['payload']) : [],
  };
}

/** The last part of a reference. */
const nameIn = (value: unknown): string =>
  isObject(value) && typeof value['$ref'] === 'string' ? (value['$ref'].split('/').at(-1) ?? '') : '';

function at(document: JsonObject, ...path: readonly string[]): JsonObject {
  let value: unknown = document;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return isObject(value) ? value : {};
}
