import { type Frame } from '../../../modules/realtime/connection.js';

/** Unmasked WebSocket text frames (RFC 6455, 5.2) with their headers, ready for any number of sockets. */
export class PlainFrame implements Frame {
  constructor(
    readonly bytes: Buffer,
    /** Number of frames in `bytes`, usually one. */
    readonly count = 1,
  ) {}

  get length(): number {
    return this.bytes.length;
  }
}

export function joinFrames(frames: readonly Frame[]): PlainFrame {
  const plain = frames as readonly PlainFrame[];
  const count = plain.reduce((sum, frame) => sum + frame.count, 0);
  return new PlainFrame(Buffer.concat(plain.map((frame) => frame.bytes)), count);
}

export function textFrame(text: Buffer | string): PlainFrame {
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  const bytes = frameMemory(headerLength(length) + length);
  const at = writeHeader(bytes, length);
  if (typeof text === 'string') bytes.write(text, at);
  else text.copy(bytes, at);
  return new PlainFrame(bytes);
}

/** Frames `body` followed by `tail` as one text. */
export function splicedFrame(body: Buffer, tail: Buffer): PlainFrame {
  const length = body.length + tail.length;
  const bytes = frameMemory(headerLength(length) + length);
  const at = writeHeader(bytes, length);
  bytes.set(body, at);
  bytes.set(tail, at + body.length);
  return new PlainFrame(bytes);
}

/** Frames `head`, `body` and `tail` as one text; head and tail must be ASCII. */
export function wrappedFrame(head: string, body: Buffer | string, tail: string): PlainFrame {
  const bodyLength = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const length = head.length + bodyLength + tail.length;
  const bytes = frameMemory(headerLength(length) + length);
  let at = writeHeader(bytes, length);
  if (head !== '') at += bytes.write(head, at, 'latin1');
  if (typeof body === 'string') bytes.write(body, at);
  else body.copy(bytes, at);
  if (tail !== '') bytes.write(tail, at + bodyLength, 'latin1');
  return new PlainFrame(bytes);
}

export function jsonFrame(value: unknown): PlainFrame {
  return textFrame(JSON.stringify(value));
}

/** Node itself pools smaller buffers. */
const POOLED_FROM = 4_000;
const POOLED_TO = 16_384;
const POOL_BYTES = 65_536;
let pool = Buffer.alloc(0);
let poolUsed = 0;

/** Frames of a few KiB share pooled memory: allocating memory for each would cost more than copying it. */
function frameMemory(size: number): Buffer {
  if (size < POOLED_FROM || size > POOLED_TO) return Buffer.allocUnsafe(size);
  if (poolUsed + size > pool.length) {
    pool = Buffer.allocUnsafeSlow(POOL_BYTES);
    poolUsed = 0;
  }
  const from = poolUsed;
  poolUsed = (from + size + 7) & ~7;
  return pool.subarray(from, from + size);
}

const headerLength = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** @returns the position after the header */
function writeHeader(bytes: Buffer, length: number): number {
  bytes[0] = 0x81;
  if (length < 126) {
    bytes[1] = length;
    return 2;
  }
  if (length < 65_536) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
    return 4;
  }
  bytes[1] = 127;
  bytes.writeUInt32BE(0, 2);
  bytes.writeUInt32BE(length, 6);
  return 10;
}
