import { isUtf8 } from 'node:buffer';
import { endianness } from 'node:os';
import { Writable } from 'node:stream';

/** The parts of ws's receiver that tell whether it stands between two messages. */
export interface Receiver extends Writable {
  _maxPayload: number;
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  readonly _opcode: number;
  readonly _errored: boolean;
}

/** `_state` of a receiver that expects a frame's first byte. */
const GET_INFO = 0;
const CLOSE = 0x08;
/** First byte of an uncompressed text message in one frame. */
const WHOLE_TEXT = 0x81;
const MASKED = 0x80;
/** ws unmasks long ones natively, which spares more than this does. */
const LONGEST = 2_048;
/** A view of words has to be made first; their bytes are taken to be in this order. */
const BY_WORDS_FROM = endianness() === 'LE' ? 64 : Infinity;

/**
 * From now on a text message that is there whole, which nearly all are, passes by `receiver`: its stream, its queue and
 * its states cost more than reading the frame does. Whatever else comes (fragments, control frames, parts of a frame, what is wrong)
 * goes the receiver's way, and it alone refuses. Listeners, order and limits are the receiver's.
 */
export function passWholeFrames(receiver: Receiver): void {
  receiver.write = write;
  receiver.end = end;
}

const stream: { write(this: Writable, chunk: Buffer): boolean; end(this: Writable): Writable } = Writable.prototype;

/** ws ends it with what the client sends, and again with the socket, of which Node would make an error with its stack. */
function end(this: Receiver): Receiver {
  if (!this.writableEnded) stream.end.call(this);
  return this;
}

function write(this: Receiver, chunk: Buffer): boolean {
  const rest = pass(this, chunk);
  if (rest === chunk.length) return true;
  return stream.write.call(this, rest === 0 ? chunk : chunk.subarray(rest));
}

function isBetweenMessages(receiver: Receiver): boolean {
  const { _state, _bufferedBytes, _fragmented, _opcode } = receiver;
  return _state === GET_INFO && _bufferedBytes === 0 && _fragmented === 0 && _opcode !== CLOSE && !receiver._errored;
}

/** @returns where what is not passed on begins */
function pass(receiver: Receiver, chunk: Buffer): number {
  const longest = Math.min(LONGEST, receiver._maxPayload);
  let at = 0;
  while (at + 6 <= chunk.length && chunk[at] === WHOLE_TEXT && isBetweenMessages(receiver)) {
    let length = (chunk[at + 1] as number) - MASKED;
    let mask = at + 2;
    if (length === 126) {
      length = chunk.readUInt16BE(mask);
      mask += 2;
    }
    const from = mask + 4;
    const to = from + length;
    if (length < 0 || length === 127 || length > longest || to > chunk.length) break;
    unmask(chunk, mask, from, to);
    const text = chunk.subarray(from, to);
    if (!isUtf8(text)) {
      unmask(chunk, mask, from, to);
      break;
    }
    receiver.emit('message', text, false);
    at = to;
  }
  return at;
}

/** Unmasks, or masks again, what lies between `from` and `to`. */
function unmask(bytes: Buffer, mask: number, from: number, to: number): void {
  const at = to - from < BY_WORDS_FROM ? from : unmaskWords(bytes, mask, from, to);
  for (let i = at; i < to; i++) flip(bytes, i, mask + ((i - from) & 3));
}

/** @returns where the last whole word ends */
function unmaskWords(bytes: Buffer, mask: number, from: number, to: number): number {
  const { buffer, byteOffset } = bytes;
  const ahead = -(byteOffset + from) & 3;
  for (let i = 0; i < ahead; i++) flip(bytes, from + i, mask + i);
  const key = (i: number): number => (bytes[mask + ((ahead + i) & 3)] as number) << (8 * i);
  const word = key(0) | key(1) | key(2) | key(3);
  const words = new Int32Array(buffer, byteOffset + from + ahead, (to - from - ahead) >> 2);
  for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) ^ word;
  return from + ahead + 4 * words.length;
}

function flip(bytes: Buffer, at: number, by: number): void {
  bytes[at] = (bytes[at] as number) ^ (bytes[by] as number);
}
