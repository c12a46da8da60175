import { type Frame } from '../../modules/realtime/connection.js';

/** An unmasked WebSocket text frame (RFC 6455, 5.2), header included, ready to be written to any number of sockets. */
export class PlainFrame implements Frame {
  constructor(readonly bytes: Buffer) {}

  get length(): number {
    return this.bytes.length;
  }
}

/** Frames `text` once. */
export function textFrame(text: Buffer | string): PlainFrame {
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  const bytes = Buffer.allocUnsafe(headerLength(length) + length);
  const at = writeHeader(bytes, length);
  if (typeof text === 'string') bytes.write(text, at);
  else text.copy(bytes, at);
  return new PlainFrame(bytes);
}

/** Frames `head`, `body` and `tail` as one text; head and tail are ASCII. */
export function wrappedFrame(head: string, body: Buffer | string, tail: string): PlainFrame {
  const bodyLength = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const length = head.length + bodyLength + tail.length;
  const bytes = Buffer.allocUnsafe(headerLength(length) + length);
  let at = writeHeader(bytes, length);
  if (head !== '') at += bytes.write(head, at, 'latin1');
  if (typeof body === 'string') bytes.write(body, at);
  else body.copy(bytes, at);
  if (tail !== '') bytes.write(tail, at + bodyLength, 'latin1');
  return new PlainFrame(bytes);
}

/** Frames a value as JSON. */
export function jsonFrame(value: unknown): PlainFrame {
  return textFrame(JSON.stringify(value));
}

const headerLength = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** @returns the position behind the header */
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
