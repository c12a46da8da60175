import { WordView } from './word-view.js';

/**
 * The grammar of RFC 8259 over bytes. Each function takes the position where something begins, and returns the position
 * after it, or -1 if it is not there. Nothing is built, and depth costs one number per level instead of stack.
 */

// An opening bracket plus two is its closing bracket.
export const OPEN = 0x7b;
export const CLOSE = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/** Bytes that may follow a backslash on their own: `" \ / b f n r t`. */
const SIMPLE_ESCAPE = new Uint8Array(256);
for (const character of '"\\/bfnrt') SIMPLE_ESCAPE[character.charCodeAt(0)] = 1;

/** White space of RFC 8259. */
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

export function matches(bytes: Buffer, from: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[from + i] !== expected[i]) return false;
  return true;
}

/** Searches only the key: searching the rest of the text for every key would be quadratic. */
export function hasEscape(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/**
 * Whether a valid string with escapes, given without its quotes, equals `expected`, which consists of letters, digits
 * and `_`: only `\u` escapes can stand for those. Builds nothing, because strangers choose how many keys are compared.
 */
export function equalsEscaped(bytes: Buffer, from: number, to: number, expected: Buffer): boolean {
  let at = from;
  for (const code of expected) {
    if (at >= to) return false;
    if (bytes[at] === code) {
      at++;
    } else {
      if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75 || hexOf(bytes, at + 2) !== code) return false;
      at += 6;
    }
  }
  return at === to;
}

/** The value of four hexadecimal digits. */
function hexOf(bytes: Buffer, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i] as number;
    value = value * 16 + (isDigit(byte) ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return value;
}

export function skipSpace(bytes: Buffer, at: number): number {
  while (isSpace(bytes[at])) at++;
  return at;
}

/** @returns the position after the string that begins at `at`, or -1 if there is none */
export function skipString(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  at++;
  for (;;) {
    at = skipPlain(bytes, at);
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] !== BACKSLASH) return -1;
    const escape = bytes[at + 1] ?? 0;
    if (SIMPLE_ESCAPE[escape] === 1) at += 2;
    else if (
      escape === 0x75 &&
      isHex(bytes[at + 2]) &&
      isHex(bytes[at + 3]) &&
      isHex(bytes[at + 4]) &&
      isHex(bytes[at + 5])
    )
      at += 6;
    else return -1;
  }
}

/** Longer strings are searched four bytes at a time. */
const SHORT = 32;

/** @returns the position of the next quote, backslash or control character, or the end of the text */
function skipPlain(bytes: Buffer, at: number): number {
  const { length } = bytes;
  const short = Math.min(length, at + SHORT);
  while (at < short && isPlain(bytes[at] as number)) at++;
  if (at < short || at === length) return at;
  // Words can only be read at aligned positions.
  while (((bytes.byteOffset + at) & 3) !== 0) {
    if (at === length || !isPlain(bytes[at] as number)) return at;
    at++;
  }
  at += plainWords(bytes, at) * 4;
  while (at < length && isPlain(bytes[at] as number)) at++;
  return at;
}

const view = new WordView();

/** @returns how many words are plain, starting at the aligned position `at` */
function plainWords(bytes: Buffer, at: number): number {
  const words = view.of(bytes.buffer);
  const first = (bytes.byteOffset + at) >> 2;
  const end = (bytes.byteOffset + bytes.length) >> 2;
  let next = first;
  while (next + 4 <= end && fourArePlain(words, next)) next += 4;
  while (next < end && marks(words[next] as number) === 0) next++;
  return next - first;
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH;
}

function fourArePlain(words: Int32Array, at: number): boolean {
  const a = words[at] as number;
  const b = words[at + 1] as number;
  const c = words[at + 2] as number;
  const d = words[at + 3] as number;
  if (((suspects(a) | suspects(b) | suspects(c) | suspects(d)) & HIGH_BITS) === 0) return true;
  return (marks(a) | marks(b) | marks(c) | marks(d)) === 0;
}

const HIGH_BITS = 0x80808080;

/** Like `marks` without the final mask, in half the steps; it may also mark bytes that are not ASCII. */
function suspects(word: number): number {
  return (word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101);
}

/**
 * Zero if none of the four bytes is a control character, quote or backslash: the usual zero-byte test, three times
 * over.
 */
function marks(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const control = (word - 0x20202020) & ~word;
  return (control | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) & HIGH_BITS;
}

function skipNumber(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x2d) at++;
  if (bytes[at] === 0x30) at++;
  else if (isDigit(bytes[at])) while (isDigit(bytes[at])) at++;
  else return -1;
  if (bytes[at] === 0x2e) {
    at++;
    if (!isDigit(bytes[at])) return -1;
    while (isDigit(bytes[at])) at++;
  }
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    if (!isDigit(bytes[at])) return -1;
    while (isDigit(bytes[at])) at++;
  }
  return at;
}

const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];

function skipScalar(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === QUOTE) return skipString(bytes, at);
  if (byte === 0x2d || isDigit(byte)) return skipNumber(bytes, at);
  for (const word of WORDS) if (byte === word[0]) return matches(bytes, at, word) ? at + word.length : -1;
  return -1;
}

/**
 * Iterative: depth costs one number per level instead of stack.
 * @returns the position after the value that begins at `at`, or -1 if there is none
 */
export function skipValue(bytes: Buffer, at: number): number {
  const open: number[] = [];
  do {
    at = openValue(bytes, at, open);
    if (at >= 0 && valueEnded) at = closeValues(bytes, at, open);
  } while (at >= 0 && !(valueEnded && open.length === 0));
  return at;
}

/** Set by openValue and closeValues: whether the position they returned follows a value or begins the next one. */
let valueEnded = false;

/** A value begins at `at`: skips it if it is a scalar or empty, otherwise enters it. */
function openValue(bytes: Buffer, at: number, open: number[]): number {
  const byte = bytes[at];
  valueEnded = true;
  if (byte !== OPEN && byte !== OPEN_LIST) return skipScalar(bytes, at);
  const inner = skipSpace(bytes, at + 1);
  if (bytes[inner] === byte + 2) return inner + 1;
  valueEnded = false;
  open.push(byte);
  return byte === OPEN ? skipKey(bytes, inner) : inner;
}

/** A value ended before `at`: closes the containers that end here, and goes on to the next value, if any. */
function closeValues(bytes: Buffer, at: number, open: number[]): number {
  for (let container = open.at(-1); container !== undefined; container = open.at(-1)) {
    at = skipSpace(bytes, at);
    if (bytes[at] === COMMA) {
      valueEnded = false;
      const next = skipSpace(bytes, at + 1);
      return container === OPEN ? skipKey(bytes, next) : next;
    }
    if (bytes[at] !== container + 2) return -1;
    open.pop();
    at++;
  }
  valueEnded = true;
  return at;
}

/** @returns the start of the value after the key at `at`, or -1 if there is no key with a colon */
function skipKey(bytes: Buffer, at: number): number {
  const end = skipString(bytes, at);
  if (end < 0) return -1;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}
