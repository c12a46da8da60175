import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exampleOf } from '../../src/cli/contract/examples.js';
import { resolver } from '../../src/cli/contract/json-schema.js';

/** The part of JSON Schema that the document uses for bodies. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly example?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With the names of its parameters in braces. */
  readonly path: string;
  readonly credential: 'bearer' | 'apiKey' | undefined;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly { readonly name: string; readonly schema: Schema }[];
  /** Schema of its JSON body; `undefined` if it takes none. */
  readonly body: Schema | undefined;
  /** The documented example of the body; empty if it takes none. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Whether it answers 201: resumable uploads are only begun. */
  readonly creates: boolean;
  /** Whether it reads a body that is not JSON. */
  readonly readsOtherBody: boolean;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: Schema;
}

interface Document {
  readonly paths: Record<string, Record<string, RawOperation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

interface RawOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
}

const FILE = path.resolve(import.meta.dirname, '../../openapi/openapi.json');

/** The operations of REST v1 in the committed document; CI keeps it in line with the code. */
export function operationsOfDocument(): Operation[] {
  const document = JSON.parse(readFileSync(FILE, 'utf8')) as Document;
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1);
    if (name !== undefined) return resolve(document.components.schemas[name] ?? {});
    return schema.allOf?.length === 1 ? { ...resolve(schema.allOf[0] ?? {}), ...schema } : schema;
  };
  const bodyOf = (operation: RawOperation): Schema | undefined => {
    const schema = jsonBodyOf(operation);
    if (schema === undefined) return undefined;
    const { properties = {}, ...rest } = resolve(schema);
    return { ...rest, properties: Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, resolve(v)])) };
  };
  return Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item)
      .filter(() => route.startsWith('/api/v1/'))
      .map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path: route,
        credential: credentialOf(operation),
        pathParameters: named(operation, 'path').map(({ name }) => name),
        queryParameters: named(operation, 'query').map(({ name, schema }) => ({ name, schema: resolve(schema ?? {}) })),
        body: bodyOf(operation),
        example: (exampleOf(jsonBodyOf(operation) ?? {}, resolver(document)) ?? {}) as Record<string, unknown>,
        creates: '201' in operation.responses && !route.endsWith('/upload'),
        readsOtherBody:
          route.endsWith('/upload') ||
          (operation.requestBody !== undefined && !('application/json' in operation.requestBody.content)),
      })),
  );
}

const jsonBodyOf = ({ requestBody }: RawOperation): Schema | undefined =>
  requestBody?.content['application/json']?.schema;

const named = ({ parameters = [] }: RawOperation, place: string): Parameter[] =>
  parameters.filter((parameter) => parameter.in === place);

function credentialOf({ security = [] }: RawOperation): Operation['credential'] {
  const names = security.flatMap((scheme) => Object.keys(scheme));
  return names.includes('bearer') ? 'bearer' : names.includes('apiKey') ? 'apiKey' : undefined;
}

const OF_TYPE: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 7,
  number: 1.5,
  boolean: true,
  array: ['text'],
  object: { text: 'text' },
  null: null,
};

export const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

/** A value that satisfies `schema`: its documented example, if any. */
function goodValue(schema: Schema): unknown {
  return schema.example ?? schema.enum?.[0] ?? OF_TYPE[typesOf(schema)[0] ?? 'string'];
}

/** JSON texts that violate `schema`, each with the reason. */
export function badValues(schema: Schema): (readonly [what: string, json: string])[] {
  const types = typesOf(schema);
  if (types.length === 0) return [];
  const fits = (type: string): boolean => types.includes(type) || (type === 'integer' && types.includes('number'));
  const bad: [string, string][] = Object.entries(OF_TYPE)
    .filter(([type]) => !fits(type))
    .map(([type, value]) => [type, JSON.stringify(value)]);
  if (types.includes('string')) bad.push(...badTexts(schema));
  if (types.includes('integer') || types.includes('number')) bad.push(...badNumbers(schema, types.includes('integer')));
  return bad;
}

function badTexts(schema: Schema): [string, string][] {
  const { enum: choices, format, maxLength, minLength, pattern } = schema;
  const bad: [string, string][] = [];
  const good = String(goodValue(schema));
  if (choices !== undefined) bad.push(['another choice', '"no such choice"'], ['another case', caseSwapped(good)]);
  if (maxLength !== undefined) bad.push(['too long', JSON.stringify('x'.repeat(maxLength + 1))]);
  if (minLength !== undefined && minLength > 0) bad.push(['too short', JSON.stringify('x'.repeat(minLength - 1))]);
  if ((format !== undefined && format !== 'password') || pattern !== undefined)
    bad.push(['no such format', '"no such format"']);
  // A character that PostgreSQL cannot store, and one that UTF-8 cannot express.
  bad.push(['NUL', String.raw`"te\u0000xt"`], ['half a surrogate pair', String.raw`"te\ud800xt"`]);
  return bad;
}

const caseSwapped = (text: string): string =>
  JSON.stringify(text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase());

function badNumbers({ minimum, maximum }: Schema, whole: boolean): [string, string][] {
  const bad: [string, string][] = [['beyond any number', '1e400']];
  if (whole) bad.push(['a fraction', '7.5'], ['beyond 2^53', '123456789012345678901234567890']);
  if (minimum !== undefined) bad.push(['too small', String(minimum - 1)]);
  if (maximum !== undefined) bad.push(['too large', String(maximum + 1)]);
  return bad;
}
