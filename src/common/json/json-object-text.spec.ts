import { describe, expect, it, vi } from 'vitest';
import { JsonScanner } from './json-object-text.js';

const NAMES = ['token', 'user', 'type'];
const scanner = new JsonScanner(NAMES);
const scan = (text: string): ReturnType<JsonScanner['scan']> => scanner.scan(Buffer.from(text));

describe('JsonObjectText', () => {
  it('keeps every other value as it was written', () => {
    const rest =
      '"big":9007199254740993,"huge":1e400,"nul":"\\u0000","half":"\\ud800","__proto__":{"polluted":true},"one":1.0,"slash":"\\/"';
    const text = scan(`{${rest}}`);
    expect(text?.with('user', '"3274d5"').toString()).toBe(`{${rest},"user":"3274d5"}`);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('sets every occurrence of a repeated member, in whatever spelling, and spells it plainly', () => {
    const text = scan('{"user":"a","x":1,"us\\u0065r":["b"] , "user" : {"c":"}"} }');
    expect(text?.with('user', '7').toString()).toBe('{"user":7,"x":1,"user":7 , "user":7 }');
  });

  it('reads the last of repeated members, as JSON.parse does, and shows them all', () => {
    const text = scan('{"token":1,"\\u0074oken":"two","token":[3]}');
    expect(text?.parse('token')).toEqual([3]);
    expect(text?.stringsOf('token')).toEqual([undefined, 'two', undefined]);
    expect(text?.stringOf('token')).toBeUndefined();
    expect(text?.stringsOf('user')).toEqual([]);
  });

  it('does not accept a text that repeats a requested member too often', () => {
    const repeated = (times: number) => scan(`{${Array.from({ length: times }, () => '"user":1').join(',')}}`);
    expect(repeated(100)).not.toBeNull();
    expect(repeated(101)).toBeNull();
  });

  it.each([
    ...['null', 'false', '0', '-0.0', '0e9', '""', '[]', '{ }'],
    ...['true', '1', '0.1', '" "', '"\\u0000"', '[[]]', '[0]', '{"":0}'],
  ])('knows without building the value whether %s is true', (value) => {
    const parsed: unknown = JSON.parse(value);
    const isEmpty = typeof parsed === 'object' && parsed !== null && Object.keys(parsed).length === 0;
    expect(scan(`{"user": ${value} }`)?.isTruthy('user')).toBe(Boolean(parsed) && !isEmpty);
    expect(scan('{}')?.isTruthy('user')).toBe(false);
  });

  it('reads strings and truthiness without parsing deeply nested values', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const text = scan(`{"user":${'['.repeat(100_000)}${']'.repeat(100_000)},"\\u0061":1,"us\\u0065r\\n":1}`);
    expect([text?.isTruthy('user'), text?.stringOf('user'), text?.stringsOf('user')]).toEqual([
      true,
      undefined,
      [undefined],
    ]);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it('does not confuse a member of an inner object with its own', () => {
    const text = scan('{"a":{"user":1,"token":2},"b":[{"type":3}],"c":"\\"user\\":4"}');
    for (const name of NAMES) expect(text?.has(name)).toBe(false);
  });

  it('appends to an empty object and keeps the white space', () => {
    expect(scan(' { \n} ')?.with('user', '1').toString()).toBe(' { \n"user":1} ');
  });

  it('accepts 200 levels of nesting, and scans 100,000 without using the stack', () => {
    for (const depth of [200, 100_000]) {
      const lists = `{"a":${'['.repeat(depth)}${']'.repeat(depth)},"user":1}`;
      const objects = `{"a":${'{"b":'.repeat(depth)}0${'}'.repeat(depth)},"user":1}`;
      for (const text of [lists, objects]) {
        expect(scan(text)?.parse('user')).toBe(1);
        expect(scan(text.replace('"user"', '"user')) ?? null).toBeNull();
        expect(scan(text.replace('}', ''))).toBeNull();
      }
    }
  });

  it('compares the text of a value byte by byte', () => {
    const found = scan('{"type":"a","user":1}');
    const is = (name: string, text: string) => found?.hasText(name, Buffer.from(text));
    expect([is('type', '"a"'), is('type', '"b"'), is('type', '"a'), is('type', '"a",'), is('user', '1')]).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(is('token', '')).toBe(false);
  });

  it('passes a string of 400 kB on unchanged', () => {
    const long = 'é'.repeat(200_000);
    expect(JSON.parse(scan(`{"a":"${long}"}`)?.with('user', '1').toString() ?? '')).toEqual({ a: long, user: 1 });
  });

  it('takes time in proportion to the length, however many short or escaped keys there are', () => {
    // Quadratic work would take minutes here; the test's own time limit is the assertion.
    const plain = `{${Array.from({ length: 2_000_000 }, () => '"a":1').join(',')}}`;
    const escaped = `{${Array.from({ length: 500_000 }, () => '"\\u0061":1').join(',')}}`;
    for (const text of [plain, escaped]) expect(scan(text)).not.toBeNull();
  }, 10_000);
});
