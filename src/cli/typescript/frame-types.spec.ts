import { describe, expect, it } from 'vitest';
import { buildAsyncApi } from '../../common/asyncapi/document.js';
import { CONTRACTS } from '../../contracts.js';
import { frameType, frameTypes } from './frame-types.js';

describe('the emitter of frame types', () => {
  it('writes what a schema allows', () => {
    expect(frameType({ type: ['string', 'null'] })).toBe('string | null');
    expect(frameType({ enum: ['a', 1, null] })).toBe('"a" | 1 | null');
    expect(frameType({ const: 'join' })).toBe('"join"');
    expect(frameType({ anyOf: [{ type: 'integer' }, { $ref: '#/components/schemas/Room' }] })).toBe('number | Room');
    expect(frameType({ type: 'array', items: { type: 'boolean' } })).toBe('Array<boolean>');
    expect(frameType({ type: 'array', items: [{ const: 'name' }, {}] })).toBe('readonly ["name", unknown]');
    expect(frameType({ type: 'array', items: { not: {} } })).toBe('Array<never>');
    expect(frameType({ type: 'object', patternProperties: { '^.*$': { type: 'string' } } })).toBe(
      'Readonly<Record<string, string>>',
    );
  });

  it('marks members that may be missing, and objects that may have others', () => {
    const properties = { a: { type: 'string' }, 'b-c': {} };
    expect(frameType({ type: 'object', properties, required: ['a'], additionalProperties: true })).toBe(
      '{\n  readonly a: string;\n  readonly "b-c"?: unknown;\n} & Readonly<Record<string, unknown>>',
    );
  });

  it('never turns text of the document into code', () => {
    expect(frameType({ const: '"; alert(1)' })).toBe(String.raw`"\"; alert(1)"`);
    expect(frameType({ type: 'object', properties: { a: { description: 'ends */ here' } } })).toContain(
      String.raw`/** ends *\/ here */`,
    );
    expect(() => frameType({ $ref: '#/components/schemas/A = 1; B' })).toThrow('No name');
    expect(() => frameType({ $ref: 'other.json#/Room' })).toThrow('Leads out');
    expect(() => frameType({ type: 'date' })).toThrow('No type');
  });

  it('writes a type for each message, and for both directions of each channel', () => {
    const document = buildAsyncApi(CONTRACTS);
    const text = frameTypes(document);
    const named = new Set([...text.matchAll(/^export type (\w+) =/gm)].map(([, name]) => name));
    expect(Object.keys(document.components.messages).filter((name) => !named.has(name))).toEqual([
      'RoomsStreamMessage',
      'RoomsStreamRecovered',
      'RoomsStreamExpiring',
    ]);
    expect(text).toMatch(/^export type StreamsToClient = RoomsMessage \| RoomsRecovered;$/m);
    expect(text).toMatch(/^export type RoomsToServer = RoomsPublish;$/m);
    expect(text).not.toContain('StreamsToServer');
  });
});
