// An opening bracket plus two is its closing one.
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Bytes that stand alone after a backslash: `" \ / b f n r t`. */
const SIMPLE_ESCAPE = new Uint8Array(256);
for (const character of '"\\/bfnrt') SIMPLE_ESCAPE[character.charCodeAt(0)] = 1;

/** White space of RFC 8259. */
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/** Position of one member inside the text: `[keyStart, valueStart, valueEnd)`; the key's quote is at `keyStart`. */
interface Span {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * A JSON object whose text is kept, so that values pass through equal at any precision: members are read, set or
 * removed by splicing, never by parse and print. Of members that stand twice the last one counts, as in `JSON.parse`.
 */
export class JsonObjectText {
  constructor(
    /** The whole text, white space around it included. */
    readonly bytes: Buffer,
    private readonly spans: readonly Span[],
    /** Position of the closing brace. */
    private readonly end: number,
    private readonly empty: boolean,
  ) {}

  has(name: string): boolean {
    return this.last(name) !== undefined;
  }

  /** The parsed value, `undefined` when there is no such member. Only for names the scanner was told. */
  parse(name: string): unknown {
    const text = this.textOf(name);
    return text === undefined ? undefined : (JSON.parse(text.toString('utf8')) as unknown);
  }

  /** Every parsed value of a member that may stand several times; receivers differ in which one they take. */
  parseAll(name: string): unknown[] {
    const own = this.spans.filter((span) => span.name === name);
    return own.map((span) => JSON.parse(this.bytes.toString('utf8', span.valueStart, span.valueEnd)) as unknown);
  }

  /** The text of the value as it came. */
  textOf(name: string): Buffer | undefined {
    const span = this.last(name);
    return span && this.bytes.subarray(span.valueStart, span.valueEnd);
  }

  /** The text of this object with `name` set to `value` (already JSON text), wherever it stands, appended otherwise. */
  with(name: string, value: string): Buffer {
    const own = this.spans.length === 0 ? [] : this.spans.filter((span) => span.name === name);
    if (own.length === 0) return this.append(name, value);
    const parts: Buffer[] = [];
    const text = Buffer.from(value);
    let from = 0;
    for (const span of own) {
      parts.push(this.bytes.subarray(from, span.valueStart), text);
      from = span.valueEnd;
    }
    parts.push(this.bytes.subarray(from));
    return Buffer.concat(parts);
  }

  private append(name: string, value: string): Buffer {
    const member = `${this.empty ? '' : ','}"${name}":${value}`;
    if (!isAscii(member)) {
      return Buffer.concat([this.bytes.subarray(0, this.end), Buffer.from(member), this.bytes.subarray(this.end)]);
    }
    const out = Buffer.allocUnsafe(this.bytes.length + member.length);
    this.bytes.copy(out, 0, 0, this.end);
    // The pieces are a few bytes long: a loop is cheaper than a call.
    let at = this.end;
    for (let i = 0; i < member.length; i++) out[at++] = member.charCodeAt(i);
    for (let i = this.end; i < this.bytes.length; i++) out[at++] = this.bytes[i] as number;
    return out;
  }

  private last(name: string): Span | undefined {
    for (let i = this.spans.length - 1; i >= 0; i--) if (this.spans[i]?.name === name) return this.spans[i];
    return undefined;
  }
}

/**
 * Validates JSON and finds the top-level members named at construction, in one pass over the bytes and without
 * building values. Accepts exactly what `JSON.parse` accepts of well-formed UTF-8, at any depth.
 */
export class JsonScanner {
  private readonly names: readonly { name: string; bytes: Buffer }[];
  private readonly lengths: ReadonlySet<number>;

  constructor(names: readonly string[]) {
    this.names = names.map((name) => ({ name, bytes: Buffer.from(name) }));
    this.lengths = new Set(this.names.map((entry) => entry.bytes.length));
  }

  /** @returns `null` when the text is not JSON or not an object */
  scan(bytes: Buffer): JsonObjectText | null {
    let at = skipSpace(bytes, 0);
    if (bytes[at] !== OPEN) return null;
    at = skipSpace(bytes, at + 1);
    const spans: Span[] = [];
    let end = at;
    let empty = true;
    if (bytes[at] !== CLOSE) {
      empty = false;
      for (;;) {
        const keyEnd = skipString(bytes, at);
        if (keyEnd < 0) return null;
        const colon = skipSpace(bytes, keyEnd);
        if (bytes[colon] !== COLON) return null;
        const valueStart = skipSpace(bytes, colon + 1);
        const valueEnd = skipValue(bytes, valueStart);
        if (valueEnd < 0) return null;
        const name = this.nameOf(bytes, at, keyEnd);
        if (name !== undefined) spans.push({ name, keyStart: at, valueStart, valueEnd });
        end = skipSpace(bytes, valueEnd);
        if (bytes[end] === CLOSE) break;
        if (bytes[end] !== COMMA) return null;
        at = skipSpace(bytes, end + 1);
      }
    }
    if (skipSpace(bytes, end + 1) !== bytes.length) return null;
    return new JsonObjectText(bytes, spans, end, empty);
  }

  private nameOf(bytes: Buffer, keyStart: number, keyEnd: number): string | undefined {
    const length = keyEnd - keyStart - 2;
    const from = keyStart + 1;
    if (this.lengths.has(length)) {
      for (const entry of this.names) {
        if (entry.bytes.length === length && matches(bytes, from, entry.bytes)) return entry.name;
      }
    }
    // A key written with escapes means the same member.
    if (hasEscape(bytes, from, keyEnd - 1)) {
      const key = JSON.parse(bytes.toString('utf8', keyStart, keyEnd)) as string;
      return this.names.find((entry) => entry.name === key)?.name;
    }
    return undefined;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function matches(bytes: Buffer, from: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[from + i] !== expected[i]) return false;
  return true;
}

/** Looks at the key only: a search to the end of the text for every key would be quadratic. */
function hasEscape(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

function skipSpace(bytes: Buffer, at: number): number {
  while (isSpace(bytes[at])) at++;
  return at;
}

/** @returns the position behind the string that begins at `at`, -1 when there is none */
function skipString(bytes: Buffer, at: number): number {
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

/** Strings longer than this are searched four bytes at a time. */
const SHORT = 32;

/** @returns the position of the next quote, backslash or control character, or the length */
function skipPlain(bytes: Buffer, at: number): number {
  const { length } = bytes;
  const short = Math.min(length, at + SHORT);
  while (at < short && isPlain(bytes[at] as number)) at++;
  if (at < short || at === length) return at;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  while (at + 4 <= length && fourArePlain(view.getInt32(at, true))) at += 4;
  while (at < length && isPlain(bytes[at] as number)) at++;
  return at;
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH;
}

/** Whether none of the four bytes is a control character, quote or backslash: the usual zero-byte test, three times. */
function fourArePlain(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const control = (word - 0x20202020) & ~word;
  return ((control | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080) === 0;
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
 * @returns the position behind the value that begins at `at`, -1 when there is none.
 * Iterative: depth costs one number a level, never stack.
 */
function skipValue(bytes: Buffer, at: number): number {
  const open: number[] = [];
  do {
    at = openValue(bytes, at, open);
    if (at >= 0 && valueEnded) at = closeValues(bytes, at, open);
  } while (at >= 0 && !(valueEnded && open.length === 0));
  return at;
}

/** Set by openValue and closeValues: whether the position they returned is behind a value or at the next one. */
let valueEnded = false;

/** A value begins at `at`: skips it whole if it is scalar or empty, else enters it. */
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

/** A value ended before `at`: closes the containers that end here, up to the next value if there is one. */
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

/** @returns where the value behind the key at `at` begins, -1 when there is no key with a colon */
function skipKey(bytes: Buffer, at: number): number {
  const end = skipString(bytes, at);
  if (end < 0) return -1;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}
