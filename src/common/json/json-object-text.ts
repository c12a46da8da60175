import {
  CLOSE,
  COLON,
  COMMA,
  equalsEscaped,
  hasEscape,
  matches,
  OPEN,
  OPEN_LIST,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from './json-scan.js';
import { isAscii, JsonMembers } from './json-members.js';

/** The most wanted members, repeats included, that a text may have; with more it is refused. */
const MOST_SPANS = 100;
/** A longer number is assumed not to be zero. */
const MOST_DIGITS = 1_000;
/** `\u0061` */
const ESCAPE_LENGTH = 6;

/** Where a member is in the text: its key's opening quote at `keyStart`, its value at `[valueStart, valueEnd)`. */
interface Span {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const NO_TAIL = Buffer.alloc(0);

/**
 * A JSON object that keeps its original text, so that values pass through with any precision: members are read, set and
 * removed by splicing, never by parsing and printing. Of repeated members the last counts, as in `JSON.parse`.
 */
export class JsonObjectText {
  constructor(
    /** The whole text, with the white space around it. */
    readonly bytes: Buffer,
    private readonly spans: readonly Span[],
    /** Position of the closing brace. */
    private readonly end: number,
    private readonly empty: boolean,
  ) {}

  has(name: string): boolean {
    return this.last(name) !== undefined;
  }

  hasText(name: string, text: Buffer): boolean {
    const span = this.last(name);
    return (
      span !== undefined &&
      span.valueEnd - span.valueStart === text.length &&
      matches(this.bytes, span.valueStart, text)
    );
  }

  /** The parsed value; `undefined` if there is no such member. Only for names given to the scanner. */
  parse(name: string): unknown {
    const text = this.textOf(name);
    return text === undefined ? undefined : (JSON.parse(text.toString('utf8')) as unknown);
  }

  /** The member's string; `undefined` if it is missing or not a string, in which case nothing is parsed. */
  stringOf(name: string): string | undefined {
    const span = this.last(name);
    return span && this.stringAt(span);
  }

  /** Like `stringOf`, but for every occurrence of a repeated member; receivers differ in which one they take. */
  stringsOf(name: string): (string | undefined)[] {
    return this.spans.filter((span) => span.name === name).map((span) => this.stringAt(span));
  }

  /** Whether the value is neither `false`, `null`, zero nor empty. Builds nothing, however deep the value. */
  isTruthy(name: string): boolean {
    const text = this.textOf(name);
    if (text === undefined) return false;
    const first = text[0] as number;
    if (first === OPEN || first === OPEN_LIST) return skipSpace(text, 1) !== text.length - 1;
    const isLong = first === QUOTE ? text.length > 2 : text.length > MOST_DIGITS;
    return isLong || Boolean(JSON.parse(text.toString('latin1')));
  }

  /** The value's text as received. */
  textOf(name: string): Buffer | undefined {
    const span = this.last(name);
    return span && this.bytes.subarray(span.valueStart, span.valueEnd);
  }

  /** The text with `name` set to `value` (JSON text): replaced wherever it occurs, otherwise appended. */
  with(name: string, value: string): Buffer {
    const own = this.spans.length === 0 ? [] : this.spans.filter((span) => span.name === name);
    if (own.length === 0) return this.append(name, value);
    return this.replace(own, () => value);
  }

  /** The value's text, one character per byte: for comparing, or if it is known to be ASCII. */
  rawOf(name: string): string | undefined {
    const span = this.last(name);
    return span && this.bytes.toString('latin1', span.valueStart, span.valueEnd);
  }

  /**
   * The text with all of `members` set: replaced wherever they occur, otherwise appended. Their names must have been
   * given to the scanner.
   */
  withMembers(members: JsonMembers): Buffer {
    const own = this.spans.filter((span) => members.values.has(span.name));
    if (own.length === 0) return this.insert(this.bytes, this.end, members.text);
    const replaced = this.replace(own, (name) => members.values.get(name) ?? 'null');
    const missing = new Map([...members.values].filter(([name]) => !this.has(name)));
    if (missing.size === 0) return replaced;
    return this.insert(replaced, this.end + replaced.length - this.bytes.length, new JsonMembers(missing).text);
  }

  /**
   * `withMembers` in two pieces, `text` followed by `tail`, which saves a copy. They share memory with this object and
   * with `members`.
   */
  pieces(members: JsonMembers): { readonly text: Buffer; readonly tail: Buffer } {
    for (const span of this.spans) {
      if (members.values.has(span.name)) return { text: this.withMembers(members), tail: NO_TAIL };
    }
    return { text: this.bytes.subarray(0, this.end), tail: this.empty ? members.end.subarray(1) : members.end };
  }

  /** Writes names without escapes, which some versions of V8 misread (nodejs/node#63785): receivers are to see them. */
  private replace(spans: readonly Span[], valueOf: (name: string) => string): Buffer {
    const parts: Buffer[] = [];
    let from = 0;
    for (const { name, keyStart, valueEnd } of spans) {
      parts.push(this.bytes.subarray(from, keyStart), Buffer.from(`"${name}":${valueOf(name)}`));
      from = valueEnd;
    }
    parts.push(this.bytes.subarray(from));
    return Buffer.concat(parts);
  }

  /** Inserts ASCII `members` into `bytes`, before the closing brace at `end`. */
  private insert(bytes: Buffer, end: number, members: string): Buffer {
    const out = Buffer.allocUnsafe(bytes.length + members.length + (this.empty ? 0 : 1));
    bytes.copy(out, 0, 0, end);
    let at = end;
    if (!this.empty) out[at++] = COMMA;
    at += out.write(members, at, 'latin1');
    for (let i = end; i < bytes.length; i++) out[at++] = bytes[i] as number;
    return out;
  }

  private append(name: string, value: string): Buffer {
    const member = `${this.empty ? '' : ','}"${name}":${value}`;
    if (!isAscii(member)) {
      return Buffer.concat([this.bytes.subarray(0, this.end), Buffer.from(member), this.bytes.subarray(this.end)]);
    }
    const out = Buffer.allocUnsafe(this.bytes.length + member.length);
    this.bytes.copy(out, 0, 0, this.end);
    // The pieces are only a few bytes long, so a loop is cheaper than a call.
    let at = this.end;
    for (let i = 0; i < member.length; i++) out[at++] = member.charCodeAt(i);
    for (let i = this.end; i < this.bytes.length; i++) out[at++] = this.bytes[i] as number;
    return out;
  }

  private stringAt({ valueStart, valueEnd }: Span): string | undefined {
    if (this.bytes[valueStart] !== QUOTE) return undefined;
    return JSON.parse(this.bytes.toString('utf8', valueStart, valueEnd)) as string;
  }

  private last(name: string): Span | undefined {
    for (let i = this.spans.length - 1; i >= 0; i--) if (this.spans[i]?.name === name) return this.spans[i];
    return undefined;
  }
}

/**
 * Validates JSON and finds the top-level members named at construction, in one pass over the bytes and without building
 * values. It accepts exactly what `JSON.parse` accepts of well-formed UTF-8, at any depth, except for texts that repeat
 * wanted members too often: setting or comparing 100,000 of them would hold up everybody.
 */
export class JsonScanner {
  private readonly entries: readonly { name: string; bytes: Buffer }[];
  private readonly longestEscaped: number;
  /** Wanted names by their length in bytes. */
  private readonly byLength: ({ name: string; bytes: Buffer }[] | undefined)[] = [];

  constructor(names: readonly string[]) {
    this.entries = [...new Set(names)].map((name) => ({ name, bytes: Buffer.from(name) }));
    this.longestEscaped = ESCAPE_LENGTH * Math.max(0, ...names.map((name) => name.length));
    for (const entry of this.entries) (this.byLength[entry.bytes.length] ??= []).push(entry);
  }

  /** @returns `null` if the text is not a JSON object, or repeats wanted members too often */
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
        if (name !== undefined && spans.push({ name, keyStart: at, valueStart, valueEnd }) > MOST_SPANS) return null;
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
    const entries = this.byLength[length];
    if (entries !== undefined) for (const entry of entries) if (matches(bytes, from, entry.bytes)) return entry.name;
    // A key written with escapes names the same member, and is at most six times as long.
    if (length > this.longestEscaped || !hasEscape(bytes, from, keyEnd - 1)) return undefined;
    return this.entries.find((entry) => equalsEscaped(bytes, from, keyEnd - 1, entry.bytes))?.name;
  }
}
