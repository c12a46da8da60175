const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
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
    const length = Buffer.byteLength(member);
    const tail = this.bytes.length - this.end;
    const out = Buffer.allocUnsafe(this.end + length + tail);
    this.bytes.copy(out, 0, 0, this.end);
    out.write(member, this.end);
    this.bytes.copy(out, this.end + length, this.end);
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
    if (length > 0 && bytes.indexOf(BACKSLASH, from) !== -1 && bytes.indexOf(BACKSLASH, from) < keyEnd - 1) {
      const key = JSON.parse(bytes.toString('utf8', keyStart, keyEnd)) as string;
      return this.names.find((entry) => entry.name === key)?.name;
    }
    return undefined;
  }
}

function matches(bytes: Buffer, from: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[from + i] !== expected[i]) return false;
  return true;
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
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === undefined || byte < 0x20) return -1;
    if (byte !== BACKSLASH) {
      at++;
      continue;
    }
    const escape = bytes[at + 1] ?? 0;
    if (SIMPLE_ESCAPE[escape] === 1) at += 2;
    else if (escape === 0x75 && isHex(bytes[at + 2]) && isHex(bytes[at + 3]) && isHex(bytes[at + 4]) && isHex(bytes[at + 5]))
      at += 6;
    else return -1;
  }
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
 * Iterative: depth costs one byte a level, never stack.
 */
function skipValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first !== OPEN && first !== OPEN_LIST) return skipScalar(bytes, at);
  const open: number[] = [];
  for (;;) {
    // A value begins at `at`.
    const byte = bytes[at];
    if (byte === OPEN || byte === OPEN_LIST) {
      const inner = skipSpace(bytes, at + 1);
      if (bytes[inner] === byte + 2) {
        at = inner + 1;
      } else {
        open.push(byte);
        at = byte === OPEN ? skipKey(bytes, inner) : inner;
        if (at < 0) return -1;
        continue;
      }
    } else {
      at = skipScalar(bytes, at);
      if (at < 0) return -1;
    }
    // A value ended before `at`: close what ends here, or go on to the next one.
    for (;;) {
      const container = open[open.length - 1];
      if (container === undefined) return at;
      at = skipSpace(bytes, at);
      if (bytes[at] === COMMA) {
        at = skipSpace(bytes, at + 1);
        if (container === OPEN) at = skipKey(bytes, at);
        if (at < 0) return -1;
        break;
      }
      if (bytes[at] !== (container === OPEN ? CLOSE : CLOSE_LIST)) return -1;
      open.pop();
      at++;
    }
  }
}

/** @returns where the value behind the key at `at` begins, -1 when there is no key with a colon */
function skipKey(bytes: Buffer, at: number): number {
  const end = skipString(bytes, at);
  if (end < 0) return -1;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}
