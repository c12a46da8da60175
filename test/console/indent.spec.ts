import { describe, expect, it } from 'vitest';
import { indent } from '../../web/console/screens/api/workbench/indent.js';

describe('indent', () => {
  it('formats like JSON.stringify', () => {
    const value = { a: [1, null, { b: 'x, {y}: [\\"z\\"]' }], empty: {}, none: [], deep: [[]], t: true };
    expect(indent(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    expect(indent(JSON.stringify(value, null, 4))).toBe(JSON.stringify(value, null, 2));
    expect(indent('"text"')).toBe('"text"');
  });

  it('leaves every token unchanged', () => {
    expect(indent('{"n":12345678901234567890,"e":1e400,"s":"\\u00e9","s":"twice"}')).toBe(
      '{\n  "n": 12345678901234567890,\n  "e": 1e400,\n  "s": "\\u00e9",\n  "s": "twice"\n}',
    );
  });
});
