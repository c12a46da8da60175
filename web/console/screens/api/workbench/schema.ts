import { isObject, type JsonObject } from '../../../../ui/json.js';

export type Schemas = Readonly<Record<string, unknown>>;

const PREFIX = '#/components/schemas/';
/** References may be circular; our documents are not nested this deep. */
const DEEPEST = 20;

/**
 * How well a value fits a schema: -1 = not at all, otherwise how many of its constants match. Knows the keywords that
 * tell messages apart; bounds and formats are for the server to check.
 */
export function fit(value: unknown, schema: unknown, schemas: Schemas, depth = 0): number {
  if (!isObject(schema) || depth > DEEPEST) return 0;
  const { $ref } = schema;
  const sub = (part: unknown, of: unknown) => fit(part, of, schemas, depth + 1);
  if (typeof $ref === 'string') return $ref.startsWith(PREFIX) ? sub(value, schemas[$ref.slice(PREFIX.length)]) : 0;
  if (!isOfType(value, schema['type'])) return -1;
  if ('not' in schema && sub(value, schema['not']) >= 0) return -1;
  const scores = [constants(value, schema), ...alternatives(value, schema, sub), ...parts(value, schema, sub)];
  return scores.includes(-1) ? -1 : scores.reduce((sum, score) => sum + score, 0);
}

type Sub = (part: unknown, of: unknown) => number;

function constants(value: unknown, schema: JsonObject): number {
  if ('const' in schema) return value === schema['const'] ? 1 : -1;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value) ? 1 : -1;
  return 0;
}

function alternatives(value: unknown, { anyOf, oneOf, allOf }: JsonObject, sub: Sub): number[] {
  const any = [anyOf, oneOf].flatMap((of) =>
    Array.isArray(of) ? [Math.max(-1, ...of.map((s) => sub(value, s)))] : [],
  );
  return [...any, ...(Array.isArray(allOf) ? allOf.map((s) => sub(value, s)) : [])];
}

function parts(value: unknown, schema: JsonObject, sub: Sub): number[] {
  if (Array.isArray(value)) return items(value, schema, sub);
  if (!isObject(value)) return [];
  const { required, properties } = schema;
  if (Array.isArray(required) && !required.every((name) => Object.hasOwn(value, String(name)))) return [-1];
  const known = isObject(properties) ? Object.entries(properties) : [];
  return known.flatMap(([name, of]) => (Object.hasOwn(value, name) ? [sub(value[name], of)] : []));
}

function items(value: readonly unknown[], schema: JsonObject, sub: Sub): number[] {
  const { items: of, minItems, additionalItems } = schema;
  if (typeof minItems === 'number' && value.length < minItems) return [-1];
  if (!Array.isArray(of)) return value.map((item) => Math.min(0, sub(item, of)));
  if (additionalItems === false && value.length > of.length) return [-1];
  return value.map((item, i) => sub(item, of[i]));
}

function isOfType(value: unknown, type: unknown): boolean {
  if (Array.isArray(type)) return type.some((one) => isOfType(value, one));
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}
