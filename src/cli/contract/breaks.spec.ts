import { describe, expect, it } from 'vitest';
import { acceptedBreaks, judge } from './accepted-breaks.js';
import { breaks } from './breaks.js';
import { type Schema } from './json-schema.js';
import { type OpenApiDocument, type Operation } from './openapi-document.js';
import { openApiSurface } from './openapi-surface.js';

type Paths = OpenApiDocument['paths'];

const between = (before: Omit<OpenApiDocument, 'info'>, after: Omit<OpenApiDocument, 'info'>): string[] =>
  breaks(openApiSurface({ info: { version: '1' }, ...before }), openApiSurface({ info: { version: '2' }, ...after }));

const OPERATION: Operation = { operationId: 'things.list', responses: { 204: {} } };
const at = (operation: Partial<Operation>): { paths: Paths } => ({
  paths: { '/things': { get: { ...OPERATION, ...operation } } },
});

/** A document with `Thing` in a request or a response. */
const withThing = (direction: 'sent' | 'answered', schema: Schema): Omit<OpenApiDocument, 'info'> => {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } };
  const operation = direction === 'sent' ? { requestBody: { content } } : { responses: { 200: { content } } };
  return { ...at(operation), components: { schemas: { Thing: schema } } };
};

const change = (direction: 'sent' | 'answered', before: Schema, after: Schema): string[] =>
  between(withThing(direction, before), withThing(direction, after));

const members = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});
const a = (schema: Schema): Schema => members({ a: schema });
const TEXT = { type: 'string' } as const;

describe('changes of operations', () => {
  const limit = { name: 'limit', in: 'query' };

  it('break nobody if something is added', () => {
    const more = { parameters: [limit], responses: { 204: {}, 404: {} } };
    const paths = { ...at(more).paths, '/others': { post: { ...OPERATION, operationId: 'others.create' } } };
    expect(between(at({}), { paths })).toEqual([]);
  });

  it.each<[string, Partial<Operation> | undefined, Partial<Operation> | undefined, string[]]>([
    ['a removed operation', {}, undefined, ['GET /things: removed']],
    ['another id', {}, { operationId: 'things.all' }, ['GET /things operationId things.list: removed']],
    ['a removed parameter', { parameters: [limit] }, {}, ['GET /things query limit: removed']],
    [
      'a new required parameter',
      {},
      { parameters: [{ ...limit, required: true }] },
      ['GET /things query limit: new and required'],
    ],
    [
      'a parameter that is now required',
      { parameters: [limit] },
      { parameters: [{ ...limit, required: true }] },
      ['GET /things query limit: required now'],
    ],
    ['another status', {}, { responses: { 200: {} } }, ['GET /things answer 204: removed']],
    ['a removed error', { responses: { 204: {}, 404: {} } }, {}, []],
    [
      'another media type',
      { responses: { 200: { content: { 'application/json': {} } } } },
      { responses: { 200: { content: { 'text/html': {} } } } },
      ['GET /things answer 200 application/json: removed'],
    ],
    [
      'a removed body',
      { requestBody: { content: { 'application/json': {} } } },
      {},
      ['GET /things body application/json: removed'],
    ],
    [
      'a body that is now required',
      {},
      { requestBody: { required: true, content: { 'application/json': {} } } },
      ['GET /things body application/json: new and required'],
    ],
  ])('%s', (_what, before, after, expected) => {
    const empty = { paths: {} };
    expect(between(before ? at(before) : empty, after ? at(after) : empty)).toEqual(expected);
  });
});

describe('changes of what is sent', () => {
  it.each<[string, Schema, Schema, string[]]>([
    ['a new optional member', members({}), a(TEXT), []],
    ['a new required member', members({}), members({ a: TEXT }, ['a']), ['sent Thing.a: required now']],
    ['a removed member', a(TEXT), members({}), ['sent Thing.a: removed']],
    ['a removed type', a({ type: ['string', 'null'] }), a(TEXT), ['sent Thing.a: string or null became string']],
    ['an added type', a(TEXT), a({ type: ['string', 'null'] }), []],
    ['fractions refused', a({ type: 'number' }), a({ type: 'integer' }), ['sent Thing.a: number became integer']],
    ['a removed choice', a({ enum: ['x', 'y'] }), a({ enum: ['x'] }), ['sent Thing.a: no "y" any more']],
    ['an added choice', a({ enum: ['x'] }), a({ enum: ['x', 'y'] }), []],
    ['choices where there were none', a(TEXT), a({ ...TEXT, enum: ['x'] }), ['sent Thing.a: a closed list now']],
    [
      'a smaller maximum',
      a({ type: 'integer', maximum: 9 }),
      a({ type: 'integer', maximum: 8 }),
      ['sent Thing.a: maximum 8'],
    ],
    ['a larger minimum', a({ type: 'integer' }), a({ type: 'integer', minimum: 1 }), ['sent Thing.a: minimum 1']],
    ['shorter texts', a({ ...TEXT, maxLength: 9 }), a({ ...TEXT, maxLength: 8 }), ['sent Thing.a: maxLength 8']],
    ['another pattern', a(TEXT), a({ ...TEXT, pattern: '^x' }), ['sent Thing.a: another pattern']],
    ['a format', a(TEXT), a({ ...TEXT, format: 'email' }), ['sent Thing.a: format none became email']],
    [
      'fewer bits',
      a({ type: 'integer', format: 'int64' }),
      a({ type: 'integer', format: 'int32' }),
      ['sent Thing.a: format int64 became int32'],
    ],
    [
      'a narrowed item',
      a({ type: 'array', items: { type: 'number' } }),
      a({ type: 'array', items: { type: 'integer' } }),
      ['sent Thing.a.[]: number became integer'],
    ],
    ['a removed form', a({ oneOf: [TEXT, { type: 'integer' }] }), a(TEXT), ['sent Thing.a: other forms']],
    ['an added form', a(TEXT), a({ oneOf: [TEXT, { type: 'integer' }] }), []],
  ])('%s', (_what, before, after, expected) => {
    expect(change('sent', before, after)).toEqual(expected);
  });
});

describe('changes of what is answered', () => {
  it.each<[string, Schema, Schema, string[]]>([
    ['a new member', members({}), a(TEXT), []],
    ['a removed member', a(TEXT), members({}), ['answered Thing.a: removed']],
    ['a member that may now be absent', members({ a: TEXT }, ['a']), a(TEXT), ['answered Thing.a: may be absent now']],
    [
      'null where there was none',
      a(TEXT),
      a({ type: ['string', 'null'] }),
      ['answered Thing.a: string became string or null'],
    ],
    ['no null any more', a({ type: ['string', 'null'] }), a(TEXT), []],
    ['fractions', a({ type: 'integer' }), a({ type: 'number' }), ['answered Thing.a: integer became number']],
    ['no fractions any more', a({ type: 'number' }), a({ type: 'integer', format: 'int64' }), []],
    [
      'more bits',
      a({ type: 'integer', format: 'int32' }),
      a({ type: 'integer', format: 'int64' }),
      ['answered Thing.a: format int32 became int64'],
    ],
    [
      'another kind of time',
      a({ ...TEXT, format: 'date-time' }),
      a({ ...TEXT, format: 'date' }),
      ['answered Thing.a: format date-time became date'],
    ],
    ['a removed choice', a({ enum: ['x', 'y'] }), a({ enum: ['x'] }), ['answered Thing.a: no "y" any more']],
    ['an added choice', a({ enum: ['x'] }), a({ enum: ['x', 'y'] }), []],
    ['any text', a({ ...TEXT, enum: ['x'] }), a(TEXT), ['answered Thing.a: no closed list any more']],
    [
      'an added form',
      a({ anyOf: [TEXT, { type: 'integer' }] }),
      a({ anyOf: [TEXT, { type: 'integer' }, { type: 'boolean' }] }),
      ['answered Thing.a: other forms'],
    ],
    [
      'a map of other values',
      a({ additionalProperties: { type: 'integer' } }),
      a({ additionalProperties: TEXT }),
      ['answered Thing.a.{}: integer became string'],
    ],
    [
      'another way to write a nullable choice',
      a({ type: ['string', 'null'], enum: ['x', null] }),
      a({ anyOf: [{ type: 'string', enum: ['x'] }, { type: 'null' }] }),
      [],
    ],
    ['another way to write a constant', a({ enum: ['x'] }), a({ type: 'string', const: 'x' }), []],
  ])('%s', (_what, before, after, expected) => {
    expect(change('answered', before, after)).toEqual(expected);
  });

  it('are reported once, by the name of the schema, even if schemas are recursive', () => {
    const tree = (leaf: Schema): Schema => members({ leaf, below: { $ref: '#/components/schemas/Thing' } });
    const twice = (leaf: Schema): Omit<OpenApiDocument, 'info'> => {
      const { paths, components } = withThing('answered', tree(leaf));
      return { paths: { ...paths, '/others': paths['/things'] ?? {} }, ...(components && { components }) };
    };
    expect(between(twice({ type: 'integer' }), twice(TEXT))).toEqual(['answered Thing.leaf: integer became string']);
  });

  it('are found behind references, and in extended schemas', () => {
    const extended = (schema: Schema) => (thing: string) => ({
      ...withThing('answered', { allOf: [{ $ref: '#/components/schemas/Base' }, { type: 'object' }] }),
      components: { schemas: { Base: a(schema), Thing: { allOf: [{ $ref: `#/components/schemas/${thing}` }] } } },
    });
    expect(between(extended(TEXT)('Base'), extended({ type: 'boolean' })('Base'))).toEqual([
      'answered Thing.a: string became boolean',
    ]);
  });
});

describe('the list of accepted changes', () => {
  const LIST =
    '# Changes\n\nText with `code`: it is none.\n\n- `GET /things: removed`: nobody asked for it.\n- `no reason`:\n';

  it('allows what it names with a reason, and names nothing that did not happen', () => {
    expect(acceptedBreaks(LIST)).toEqual(['GET /things: removed']);
    expect(judge(['GET /things: removed'], acceptedBreaks(LIST))).toEqual([]);
    expect(judge(['GET /others: removed'], acceptedBreaks(LIST))).toEqual([
      'Breaks clients: GET /others: removed',
      'Listed, but not so: GET /things: removed',
    ]);
  });
});
