import { type AsyncApiDocument } from '../../common/asyncapi/async-api.js';
import { JSON_CONTENT } from '../../common/asyncapi/contract.js';
import { isTuple, type Schema, typesOf } from '../contract/json-schema.js';

const HEAD = '// Made from the AsyncAPI document by npm run client:generate. Do not edit.';
const REFERENCE = '#/components/schemas/';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** A module with a type for each schema of the document, and for each channel's messages in each direction. */
export function frameTypes({ channels, operations, components }: AsyncApiDocument): string {
  const schemas: [string, Schema][] = Object.entries(components.schemas);
  const ways = Object.keys(channels).flatMap((channel) =>
    (['receive', 'send'] as const).flatMap((action) => {
      const own = Object.values(operations).filter((each) => each.action === action && leaf(each.channel) === channel);
      const payloads = own.flatMap(({ messages }) => messages.map((each) => payloadOf(leaf(each), components)));
      const name = `${pascalCase(channel)}${action === 'receive' ? 'ToServer' : 'ToClient'}`;
      return payloads.length === 0 ? [] : [`export type ${name} = ${union(payloads)};`];
    }),
  );
  return [HEAD, ...schemas.map(([name, schema]) => declared(name, schema)), ...ways].join('\n\n') + '\n';
}

const leaf = ({ $ref }: { readonly $ref: string }): string => $ref.slice($ref.lastIndexOf('/') + 1);

function payloadOf(message: string, { messages }: AsyncApiDocument['components']): string {
  const found = messages[message];
  if (found === undefined) throw new Error(`Leads nowhere: ${message}`);
  return frameType(found.payload);
}

const pascalCase = (name: string): string => name.replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());

function declared(name: string, schema: Schema): string {
  return `${comment(schema, '')}export type ${identifier(name)} = ${frameType(schema)};`;
}

/** A schema as a type. Arrays are mutable, as browser APIs expect them. */
export function frameType(schema: Schema, indent = ''): string {
  const { $ref, anyOf, not } = schema;
  if ($ref !== undefined) {
    if (!$ref.startsWith(REFERENCE)) throw new Error(`Leads out of the schemas: ${$ref}`);
    return identifier($ref.slice(REFERENCE.length));
  }
  if (anyOf !== undefined) return union(anyOf.map((choice) => frameType(choice, indent)));
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (not !== undefined && Object.keys(not).length === 0) return 'never';
  const types = typesOf(schema);
  return types.length === 0 ? 'unknown' : union(types.map((type) => ofType(type, schema, indent)));
}

function ofType(type: string, schema: Schema, indent: string): string {
  if (type === 'object') return objectType(schema, indent);
  if (type !== 'array') return SIMPLE[type] ?? unknownType(type);
  const { items = {} } = schema;
  if (isTuple(items)) return `readonly [${items.map((item) => frameType(item, indent)).join(', ')}]`;
  return `Array<${frameType(items, indent)}>`;
}

function objectType(schema: Schema, indent: string): string {
  const { properties = {}, patternProperties = {}, required = [], additionalProperties } = schema;
  const [pattern] = Object.values(patternProperties);
  if (pattern !== undefined) return `Readonly<Record<string, ${frameType(pattern, indent)}>>`;
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, member]) => {
    const key = IDENTIFIER.test(name) ? name : JSON.stringify(name);
    const optional = required.includes(name) ? '' : '?';
    return `${comment(member, inner)}${inner}readonly ${key}${optional}: ${frameType(member, inner)};\n`;
  });
  if (members.length === 0) return 'Readonly<Record<string, unknown>>';
  const known = `{\n${members.join('')}${indent}}`;
  return additionalProperties === true ? `${known} & Readonly<Record<string, unknown>>` : known;
}

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ') || 'never';

/** @throws when it is code rather than a name */
function identifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new Error(`No name in TypeScript: ${name}`);
  return name;
}

function unknownType(type: string): never {
  throw new Error(`No type of JSON Schema: ${type}`);
}

function comment({ description, [JSON_CONTENT]: content }: Schema, indent: string): string {
  const json = content === undefined ? undefined : `JSON text of \`${frameType(content).replace(/\s+/g, ' ')}\`.`;
  const text = [description, json].filter((each) => each !== undefined).join(' ');
  return text === '' ? '' : `${indent}/** ${text.replace(/\*\//g, '*\\/').replace(/\s+/g, ' ')} */\n`;
}
