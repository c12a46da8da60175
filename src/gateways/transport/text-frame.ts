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
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = 0x81;
  if (header === 2) {
    bytes[1] = length;
  } else if (header === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeUInt32BE(0, 2);
    bytes.writeUInt32BE(length, 6);
  }
  if (typeof text === 'string') bytes.write(text, header);
  else text.copy(bytes, header);
  return new PlainFrame(bytes);
}

/** Frames a value as JSON. */
export function jsonFrame(value: unknown): PlainFrame {
  return textFrame(JSON.stringify(value));
}
