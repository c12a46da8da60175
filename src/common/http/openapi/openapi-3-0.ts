import { type OpenAPIObject } from '@nestjs/swagger';

type Node = Readonly<Record<string, unknown>>;

/** Keys that hold values of the API, not grammar of the document. */
const VALUES = new Set(['example', 'default', 'enum']);

/**
 * Converts the document to OpenAPI 3.0, for generators that read nothing newer. Handles only what our document uses of
 * 3.1: `null` among types, `anyOf` with `null`, `const`, and the SPDX identifier of the license.
 */
export function downgrade(document: OpenAPIObject): OpenAPIObject {
  const { license, ...info } = document.info;
  const old = downgraded(document) as OpenAPIObject;
  return { ...old, openapi: '3.0.3', info: { ...info, ...(license && { license: { name: license.name } }) } };
}

function downgraded(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(downgraded);
  if (!isNode(node)) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, VALUES.has(key) ? value : downgraded(value)]);
  return withoutConst(withoutNull(Object.fromEntries(entries) as Node));
}

/** `type: [T, null]` and `anyOf: [T, null]` become `nullable`. */
function withoutNull(schema: Node): Node {
  const { type, anyOf, ...rest } = schema;
  if (Array.isArray(type)) {
    const types: unknown[] = type.filter((each) => each !== 'null');
    if (types.length !== 1) throw new Error(`OpenAPI 3.0 has no union of the types ${types.join(', ')}`);
    return { ...schema, type: types[0], nullable: types.length < type.length };
  }
  if (!Array.isArray(anyOf) || !anyOf.some(isNull)) return schema;
  const others: unknown[] = anyOf.filter((each) => !isNull(each));
  return { ...rest, ...(others.length === 1 ? { allOf: others } : { anyOf: others }), nullable: true };
}

/** `const` in a schema becomes an `enum` with one value. */
function withoutConst(node: Node): Node {
  if (!('const' in node) || isNode(node['const'])) return node;
  const { const: only, ...rest } = node;
  return { ...rest, enum: [only] };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const isNull = (schema: unknown): boolean => isNode(schema) && schema['type'] === 'null';
