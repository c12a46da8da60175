import { describe, expect, it } from 'vitest';
import { skipString } from './json-scan.js';

/** Where a string that fills the text ends according to JSON.parse; -1 if it does not. */
function end(text: string): number {
  try {
    JSON.parse(text);
    return Buffer.byteLength(text);
  } catch {
    return -1;
  }
}

describe('skipString', () => {
  it('finds an invalid character anywhere in a long string, whatever its alignment in memory', () => {
    const bad = ['\u0000', '\u0009', '\n', '\u001f', '"', '\\', '\\x', '\\u12g4'];
    const harmless = [
      '!',
      '#',
      ' ',
      '[',
      ']',
      '\u007f',
      '\u0080',
      '\u00a2',
      '\u00dc',
      '\u07ff',
      '\u2022',
      '\u{1f622}',
      '\\n',
      '\\"',
    ];
    const memory = Buffer.alloc(512);
    for (const filler of ['x', '\u00e9']) {
      for (const put of [...bad, ...harmless]) {
        for (let at = 28; at < 62; at++) {
          const text = `"${filler.repeat(at)}${put}${filler.repeat(70 - at)}"`;
          const offset = at & 7;
          const bytes = memory.subarray(offset, offset + memory.write(text, offset));
          // A quote ends the string early.
          const expected = put === '"' ? Buffer.byteLength(filler) * at + 2 : end(text);
          expect(skipString(bytes, 0), JSON.stringify(text)).toBe(expected);
        }
      }
    }
  });

  it('finds no end if the text ends first', () => {
    for (let length = 0; length < 100; length++) expect(skipString(Buffer.from(`"${'x'.repeat(length)}`), 0)).toBe(-1);
  });

  it('does not look beyond its own text', () => {
    const memory = Buffer.from(`"${'x'.repeat(50)}"`);
    expect(skipString(memory.subarray(0, 51), 0)).toBe(-1);
  });
});
