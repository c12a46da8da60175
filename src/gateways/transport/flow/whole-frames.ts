import { isUtf8 } from 'node:buffer';
import { endianness } from 'node:os';
import { Writable } from 'node:stream';
import { WordView } from '../../../common/json/word-view.js';

/** Receives text messages that have arrived whole. */
export interface TextTaker {
  takeText(text: Buffer): void;
}

/** The internals of ws's receiver that tell whether it is between two messages. */
export interface Receiver extends Writable {
  _maxPayload: number;
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  readonly _opcode: number;
  readonly _errored: boolean;
  /** Not ws's: set by `passWholeFrames`. */
  taker?: TextTaker;
}

/** `_state` of a receiver that expects the first byte of a frame. */
const GET_INFO = 0;
const CLOSE = 0x08;
/** First byte of an uncompressed text message in a single frame. */
const WHOLE_TEXT = 0x81;
const MASKED = 0x80;
/** ws unmasks long messages natively, which saves more than this shortcut. */
const LONGEST = 2_048;
/** From this length on, unmasking by words pays off; it requires a little-endian machine. */
const BY_WORDS_FROM = endianness() === 'LE' ? 64 : Infinity;

/**
 * Lets text messages that have arrived whole, as nearly all do, bypass `receiver`: its stream, queue and states cost
 * more than reading the frame. Everything else (fragments, control frames, partial or invalid frames) still goes
 * through the receiver, which alone refuses frames and keeps order and limits.
 */
export function passWholeFrames(receiver: Receiver, taker: TextTaker): void {
  receiver.taker = taker;
  receiver.write = write;
  receiver.end = end;
}

const stream: { write(this: Writable, chunk: Buffer): boolean; end(this: Writable): Writable } = Writable.prototype;

/**
 * ws ends the receiver twice, when the client's data end and when the socket closes. For the second end Node would
 * create an error with a stack trace.
 */
function end(this: Receiver): Receiver {
  if (!this.writableEnded) stream.end.call(this);
  return this;
}

function write(this: Receiver, chunk: Buffer): boolean {
  const rest = takeWholeFrames(this, chunk, chunk.length, false);
  if (rest === chunk.length) return true;
  return stream.write.call(this, rest === 0 ? chunk : chunk.subarray(rest));
}

function isBetweenMessages(receiver: Receiver): boolean {
  const { _state, _bufferedBytes, _fragmented, _opcode } = receiver;
  return _state === GET_INFO && _bufferedBytes === 0 && _fragmented === 0 && _opcode !== CLOSE && !receiver._errored;
}

/**
 * Hands over the whole text messages at the beginning of `chunk`.
 * @param end where the received bytes end
 * @param isReused whether the memory of `chunk` will be overwritten, so that messages must be copied
 * @returns the position from which the receiver must take over
 */
export function takeWholeFrames(receiver: Receiver, chunk: Buffer, end: number, isReused: boolean): number {
  const longest = Math.min(LONGEST, receiver._maxPayload);
  let at = 0;
  while (at + 6 <= end && chunk[at] === WHOLE_TEXT && isBetweenMessages(receiver)) {
    let length = (chunk[at + 1] as number) - MASKED;
    let mask = at + 2;
    if (length === 126) {
      length = chunk.readUInt16BE(mask);
      mask += 2;
    }
    const from = mask + 4;
    const to = from + length;
    if (length < 0 || length === 127 || length > longest || to > end) break;
    unmask(chunk, mask, from, to);
    const text = isReused ? copied(chunk, from, to) : chunk.subarray(from, to);
    if (!isUtf8(text)) {
      unmask(chunk, mask, from, to);
      break;
    }
    receiver.taker?.takeText(text);
    at = to;
  }
  return at;
}

function copied(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from);
  bytes.copy(copy, 0, from, to);
  return copy;
}

/** Unmasks, or masks again, the bytes between `from` and `to`. */
function unmask(bytes: Buffer, mask: number, from: number, to: number): void {
  const at = to - from < BY_WORDS_FROM ? from : unmaskWords(bytes, mask, from, to);
  for (let i = at; i < to; i++) flip(bytes, i, mask + ((i - from) & 3));
}

const view = new WordView();

/** @returns the end of the last whole word */
function unmaskWords(bytes: Buffer, mask: number, from: number, to: number): number {
  const { buffer, byteOffset } = bytes;
  const words = view.of(buffer);
  const ahead = -(byteOffset + from) & 3;
  for (let i = 0; i < ahead; i++) flip(bytes, from + i, mask + i);
  const key = (i: number): number => (bytes[mask + ((ahead + i) & 3)] as number) << (8 * i);
  const word = key(0) | key(1) | key(2) | key(3);
  const first = (byteOffset + from + ahead) >> 2;
  const last = (byteOffset + to) >> 2;
  for (let i = first; i < last; i++) words[i] = (words[i] as number) ^ word;
  return 4 * last - byteOffset;
}

function flip(bytes: Buffer, at: number, by: number): void {
  bytes[at] = (bytes[at] as number) ^ (bytes[by] as number);
}
