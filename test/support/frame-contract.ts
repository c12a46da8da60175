import { Ajv, type ValidateFunction } from 'ajv';
import { type ChannelContract, JSON_CONTENT, type Message } from '../../src/common/asyncapi/contract.js';
import { buildAsyncApi, messagesOf } from '../../src/common/asyncapi/document.js';
import { CONTRACTS } from '../../src/contracts.js';

/** From clients, to clients, or acknowledging an event. */
export type FrameDirection = 'receives' | 'sends' | 'replies';

const { components } = buildAsyncApi(CONTRACTS);

/** Clients may add members; the server may send only those that its contract names. */
const OPEN = compiler(components.schemas);
const CLOSED = compiler(closed(components.schemas) as object);

/** The channel's message that a frame is; `undefined` if it is none. */
export function messageOf(channel: ChannelContract, direction: FrameDirection, frame: unknown): Message | undefined {
  return declared(channel, direction).find(({ name }) => validatorOf(direction, name)(frame));
}

/** All messages of one direction. */
export function declared(channel: ChannelContract, direction: FrameDirection): readonly Message[] {
  if (direction !== 'replies') return channel[direction];
  return messagesOf(channel).filter((each) => !channel.receives.includes(each) && !channel.sends.includes(each));
}

function validatorOf(direction: FrameDirection, name: string): ValidateFunction {
  const reference = components.messages[name]?.payload.$ref ?? '';
  const validate = (direction === 'receives' ? OPEN : CLOSED).getSchema(`document${reference}`);
  if (validate === undefined) throw new Error(`There is no message ${name}`);
  return validate;
}

function compiler(schemas: object): Ajv {
  const ajv = new Ajv({ strictTypes: false, strictTuples: false, validateFormats: false });
  ajv.addKeyword({
    keyword: JSON_CONTENT,
    // The content of JSON strings is checked, too.
    compile: (content: object) => {
      const absolute = JSON.parse(JSON.stringify(content).replaceAll('"#/', '"document#/')) as object;
      let validate: ValidateFunction | undefined;
      return (text: string) => (validate ??= ajv.compile(absolute))(parsed(text));
    },
  });
  ajv.addVocabulary(['components']);
  ajv.addSchema({ $id: 'document', components: { schemas } });
  return ajv;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Forbids undeclared members in objects, unless the schema says otherwise. */
export function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  // Left open under `not`, where a closed schema would forbid less.
  const entries = Object.entries(node).map(([key, value]) => [key, key === 'not' ? value : closed(value)]);
  const schema = Object.fromEntries(entries) as Record<string, unknown>;
  const isObject = schema['type'] === 'object' && typeof schema['properties'] === 'object';
  return isObject ? { additionalProperties: false, ...schema } : schema;
}
