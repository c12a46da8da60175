import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type JsonObject } from '../../web/ui/json.js';
import { contractOf } from '../../web/console/screens/api/workbench/contract.js';

const document = JSON.parse(readFileSync('asyncapi/asyncapi.json', 'utf8')) as JsonObject;
const CHANNELS = ['services', 'rooms', 'circles', 'signaling', 'iota', 'client', 'call'];

describe('contractOf', () => {
  it.each(CHANNELS)('names each example of %s correctly, or by an indistinguishable message', (channel) => {
    const { examples, nameOf } = contractOf(document, channel);
    expect(examples.length).toBeGreaterThan(0);
    const names = examples.map(({ name, text }) => [name, nameOf('out', JSON.parse(text))]);
    expect(names.filter(([name, found]) => name !== found)).toEqual([]);
  });

  it('distinguishes the server’s own messages from relayed ones', () => {
    const { nameOf } = contractOf(document, 'services');
    expect(nameOf('in', { type: 'server_code', code: 'HRSC' })).toBe('ServicesCode');
    expect(nameOf('in', { type: 'answer', user: '3274d5' })).toBe('ServicesRelayed');
    expect(nameOf('in', { type: 'server_code' })).toBeUndefined();
    expect(nameOf('in', 'no object')).toBeUndefined();
  });

  it('copes with a document that is not AsyncAPI', () => {
    const { examples, nameOf } = contractOf({ operations: [null, { messages: 7 }], components: 'x' }, 'rooms');
    expect([examples, nameOf('in', {})]).toEqual([[], undefined]);
  });
});
