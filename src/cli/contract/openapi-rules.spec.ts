import { describe, expect, it } from 'vitest';
import { type Schema } from './json-schema.js';
import { type OpenApiDocument, type Operation } from './openapi-document.js';
import { openApiFindings } from './openapi-rules.js';

const PAGING = { cursor: 'cursor', limit: 'limit', items: 'items', nextCursor: 'nextCursor' };
const QUERY = ['limit', 'cursor'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }));

const findingsIn = (schemas: Record<string, Schema>, paths: OpenApiDocument['paths'] = {}): string[] =>
  openApiFindings({ info: { version: '1.2.3' }, paths, components: { schemas } }, '1.2.3');

const findingsAt = (method: string, path: string, operation: Partial<Operation>): string[] =>
  findingsIn({}, { [path]: { [method]: { operationId: 'a.b', responses: {}, ...operation } } });

const member = (schema: Schema): string[] => findingsIn({ ThingDto: { type: 'object', properties: { a: schema } } });

const ANSWER = {
  type: 'object',
  properties: { items: { type: 'array' }, nextCursor: { type: 'string' } },
  example: {},
};
const page = (schema: Schema) => ({ 200: { content: { 'application/json': { schema } } } });

describe('the rules of the OpenAPI document', () => {
  it('let nullable references, named enums and bounded numbers pass', () => {
    const nullable = { anyOf: [{ $ref: '#/components/schemas/State' }, { type: 'null' }] };
    expect(findingsIn({ State: { type: 'string', enum: ['on'], description: 'A state.' } })).toEqual([]);
    expect(member(nullable)).toEqual([]);
    expect(member({ type: 'integer', format: 'int64' })).toEqual([]);
    expect(member({ type: ['integer', 'null'], maximum: 10 })).toEqual([]);
    expect(member({ type: 'number', format: 'double' })).toEqual([]);
  });

  it.each<[string, Schema, RegExp]>([
    ['null in an enum', { type: ['string', 'null'], enum: ['on', null] }, /^ThingDto\.a: `null` in an enum/],
    ['an inline enum', { type: 'string', enum: ['on'] }, /^ThingDto\.a: an enum without a name/],
    ['an enum in a list', { type: 'array', items: { enum: ['on'] } }, /^ThingDto\.a\.\[\]: an enum without a name/],
    ['a number', { type: 'number' }, /^ThingDto\.a: a number/],
    ['an unbounded integer', { type: 'integer', minimum: 0 }, /^ThingDto\.a: an integer that does not say/],
    ['an integer of a map', { additionalProperties: { type: 'integer' } }, /^ThingDto\.a\.\{\}: an integer/],
    ['int32 beyond its range', { type: 'integer', format: 'int32', maximum: 2 ** 31 }, /^ThingDto\.a: goes past 2\^31/],
  ])('find %s', (_what, schema, finding) => {
    expect(member(schema).join('\n')).toMatch(finding);
  });

  it('find an enum without a description', () => {
    expect(findingsIn({ State: { type: 'string', enum: ['on'] } })).toEqual(['State: say in `ENUMS` what it lists']);
  });

  it('find lists that are only partly marked', () => {
    const at = (operation: Partial<Operation>): string[] => findingsAt('get', '/api/v1/things', operation);
    const whole = { parameters: QUERY, responses: page(ANSWER), 'x-pagination': PAGING };
    expect(at(whole)).toEqual([]);
    expect(at({ ...whole, 'x-pagination': undefined })).toEqual([
      'GET /api/v1/things: a list read on by cursor says `x-pagination`',
    ]);
    expect(at({ ...whole, parameters: QUERY.slice(1) })).toHaveLength(1);
    expect(at({ ...whole, responses: page({ type: 'object', example: {} }) })).toHaveLength(2);
    expect(at({ ...whole, parameters: [] })).toHaveLength(2);
  });

  it('find requests and responses without an example', () => {
    const sends = (schema: Schema): string[] =>
      findingsAt('post', '/api/v1/things', { requestBody: { content: { 'application/json': { schema } } } });
    const TEXT = { type: 'string' };
    expect(sends({ ...TEXT, example: 'text' })).toEqual([]);
    expect(sends({ properties: { a: { ...TEXT, example: 'text' }, b: TEXT }, required: ['a'] })).toEqual([]);
    expect(
      sends({ properties: { a: { type: 'array', items: { properties: { b: TEXT } } } }, required: ['a'] }),
    ).toEqual([]);
    expect(sends({ properties: { a: { properties: { b: TEXT }, required: ['b'] } }, required: ['a'] })).toEqual([
      'POST /api/v1/things body.a.b: give it an `example`',
    ]);
    expect(findingsAt('get', '/api/v1/things', { responses: page({ type: 'array', items: TEXT }) })).toEqual([
      'GET /api/v1/things 200: give it an `example`',
    ]);
  });

  it('find tus operations that are not marked as such', () => {
    const marked = { tags: ['uploads'], 'x-protocol': { name: 'tus' } };
    expect(findingsAt('patch', '/api/v1/media/{id}/upload', marked)).toEqual([]);
    expect(findingsAt('patch', '/api/v1/media/{id}/upload', { tags: ['media'] })).toHaveLength(1);
    expect(findingsAt('patch', '/api/v1/media/{id}/upload', { tags: ['uploads'] })).toHaveLength(1);
    expect(findingsAt('get', '/api/v1/media/{id}', marked)).toHaveLength(1);
  });

  it('tell legacy routes from those of REST v1', () => {
    expect(findingsAt('get', '/list_rooms/', { tags: ['legacy'] })).toEqual([]);
    expect(findingsAt('get', '/list_rooms/', { tags: ['rooms'] })).toHaveLength(1);
    expect(findingsAt('get', '/api/v1/rooms', { tags: ['legacy'] })).toHaveLength(1);
    expect(findingsAt('get', '/api/v1/rooms/', { tags: ['rooms'] })).toHaveLength(1);
  });

  it('require the version of the package', () => {
    expect(openApiFindings({ info: { version: '1.0.0' }, paths: {} }, '0.1.0')).toHaveLength(1);
  });
});
