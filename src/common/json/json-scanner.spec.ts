import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { JsonMembers } from './json-members.js';
import { JsonScanner } from './json-object-text.js';

const NAMES = ['token', 'user', 'type'];
const scanner = new JsonScanner(NAMES);
const scan = (text: string): ReturnType<JsonScanner['scan']> => scanner.scan(Buffer.from(text));

/**
 * Node 24.21 reads a member name of one escaped character as a backslash if earlier objects had that name, so it is no
 * reference for such names.
 */
const [, misread = {}] = ['\\\\', '\\u0062'].map((name) => JSON.parse(`{"a":1,"${name}":1}`) as object);
const MISREADS = !('b' in misread);
const MISREAD = /"\\(?:u[\da-f]{4}|.)"\s*:/i;

/** The verdict of JSON.parse, reduced to the question the scanner answers. */
function parsedObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function expectSameVerdict(text: string): void {
  if (MISREADS && MISREAD.test(text)) return;
  const expected = parsedObject(text);
  const actual = scan(text);
  expect(actual === null, JSON.stringify(text)).toBe(expected === null);
  if (expected === null || actual === null) return;
  for (const name of NAMES) {
    const own = Object.hasOwn(expected, name);
    expect(actual.has(name)).toBe(own);
    // Not toStrictEqual, which reads `constructor`: here that is a member like any other.
    assert.deepStrictEqual(actual.parse(name), own ? expected[name] : undefined);
  }
  const { text: head, tail } = actual.pieces(MEMBERS);
  assert.deepStrictEqual(
    parsedObject(Buffer.concat([head, tail]).toString('utf8')),
    parsedObject(actual.withMembers(MEMBERS).toString('utf8')),
  );
  assert.deepStrictEqual(
    parsedObject(actual.withMembers(MEMBERS).toString('utf8')),
    Object.assign(withUser({ ...expected }), { type: 7 }),
  );
  assert.deepStrictEqual(parsedObject(actual.with('user', '"3274d5"').toString('utf8')), withUser(expected));
}

const MEMBERS = new JsonMembers(
  new Map([
    ['user', '"3274d5"'],
    ['type', '7'],
  ]),
);

/** The reference for `with`. */
function withUser(value: Record<string, unknown>): Record<string, unknown> {
  value.user = '3274d5';
  return value;
}

/** Strings with everything awkward: escapes, NUL, lone surrogates, the requested names. */
const awkwardString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...NAMES, '__proto__', 'constructor', '\u0000', '\ud800', '\udfff', '\u2028', '"', '\\', '/'),
);

/** One of the many spellings of a string that JSON allows. */
const spelledString = fc.tuple(awkwardString, fc.infiniteStream(fc.nat(3))).map(([value, choices]) => {
  let out = '';
  for (const unit of value.split('')) {
    const code = unit.charCodeAt(0);
    const choice = choices.next().value;
    const lone = code >= 0xd800 && code <= 0xdfff;
    if (choice === 0 || code < 0x20 || unit === '"' || unit === '\\' || lone) {
      const hex = code.toString(16).padStart(4, '0');
      out += `\\u${choice === 1 ? hex.toUpperCase() : hex}`;
    } else out += unit === '/' && choice === 2 ? '\\/' : unit;
  }
  return `"${out}"`;
});

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r', '  \r\n');
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom(
    '1e400',
    '-1e400',
    '-0',
    '0',
    '1.0',
    '9007199254740993',
    '1E+2',
    '2e-7',
    '0.10',
    '123456789012345678901234567890',
  ),
);
const { value: jsonText } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'json' },
    fc.constantFrom('true', 'false', 'null'),
    number,
    spelledString,
    tie('list'),
    tie('object'),
  ),
  list: fc
    .tuple(space, fc.array(fc.tuple(space, tie('value'), space), { maxLength: 4, depthIdentifier: 'json' }))
    .map(([inner, items]) => `[${items.length === 0 ? inner : items.map((item) => item.join('')).join(',')}]`),
  object: fc
    .tuple(
      space,
      fc.array(
        fc.tuple(
          space,
          fc.oneof(spelledString, fc.constantFrom(...NAMES.map((name) => `"${name}"`))),
          space,
          space,
          tie('value'),
          space,
        ),
        {
          maxLength: 5,
          depthIdentifier: 'json',
        },
      ),
    )
    .map(([inner, members]) =>
      members.length === 0
        ? `{${inner}}`
        : `{${members.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`).join(',')}}`,
    ),
}));
const objectText = fc
  .tuple(space, fc.array(fc.tuple(spelledString, jsonText), { maxLength: 5 }), space)
  .map(
    ([before, members, after]) => `${before}{${members.map(([key, value]) => `${key}:${value}`).join(',')}}${after}`,
  );

describe('JsonScanner compared with JSON.parse', () => {
  it('accepts, finds and replaces the same in every spelling of valid JSON', () => {
    fc.assert(fc.property(fc.oneof(jsonText, objectText), expectSameVerdict), { numRuns: 3_000 });
  });

  it('gives the same verdict on valid JSON with a few characters changed, dropped or inserted', () => {
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat(2),
      put: fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '-',
        '.',
        'e',
        'u',
        't',
        ' ',
        '\u0001',
        '\u00e9',
        '\ufeff',
      ),
    });
    fc.assert(
      fc.property(fc.oneof(jsonText, objectText), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        let mutated = text;
        for (const { at, drop, put } of edits) {
          const from = at % (mutated.length + 1);
          mutated = mutated.slice(0, from) + put + mutated.slice(from + drop);
        }
        // A mutation may split a surrogate pair. Bytes on the wire are well-formed, so the text is decoded from bytes.
        expectSameVerdict(Buffer.from(mutated).toString('utf8'));
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives the same verdict on arbitrary text and on JSON punctuation in any order', () => {
    const punctuation = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"user"', '1', 'null', 'tru', ' ', '\\'),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          punctuation.map((parts) => parts.join('')),
        ),
        expectSameVerdict,
      ),
      { numRuns: 5_000 },
    );
  });

  it('agrees on the hand-picked traps', () => {
    const texts = [
      '',
      ' ',
      '{',
      '}',
      '{}',
      ' { } ',
      '{,}',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{a:1}',
      "{'a':1}",
      '[]',
      '"x"',
      '5',
      'null',
      'nojson',
      '{"a":01}',
      '{"a":-}',
      '{"a":1.}',
      '{"a":.1}',
      '{"a":1e}',
      '{"a":+1}',
      '{"a":0x1}',
      '{"a":NaN}',
      '{"a":Infinity}',
      '{"a":"\u0000"}',
      '{"a":"\u001f"}',
      '{"a":"\\x41"}',
      '{"a":"\\u12"}',
      '{"a":"\\u12g4"}',
      '{"a":"\\"}',
      '{"a":"\u007f"}',
      '{"a":tru}',
      '{"a":nulll}',
      '{"a":[1,]}',
      '{"a":[,1]}',
      '{"a":[1 2]}',
      '{"a":{"b"}}',
      '{"a":1}{"b":2}',
      '{"a":1} x',
      '\ufeff{}',
      '{"a":1}\u00a0',
      '{"a":\u00a01}',
      '{"a":1}\f',
      '{"a":1/**/}',
      '{"user":1,"user":2}',
      '{"\\u0075ser":"x"}',
      '{"us\\u0065r":1,"user":2}',
      '{"__proto__":{"x":1}}',
      '{"":1}',
      '{"\\u0000":1}',
      '{"a":"\\ud800"}',
      '{"\\ud800":1}',
      '{"user ":1}',
      '{"User":1}',
    ];
    for (const text of texts) expectSameVerdict(text);
  });
});
