import { deserialize, serialize } from 'node:v8';
import { type Envelope } from '../../ports/broker.js';

/** Layout of what a node publishes on a channel in one turn: version, origin, number, then the envelopes. */
const VERSION = 1;
const ORIGIN_AT = 1;
const ORIGIN_BYTES = 8;
const NUMBER_AT = ORIGIN_AT + ORIGIN_BYTES;
const NUMBER_BYTES = 6;
const HEADER_BYTES = NUMBER_AT + NUMBER_BYTES;

/** Encodes the messages of one node, identified by the 8 bytes of `origin`. */
export class EnvelopeCodec {
  private readonly high: number;
  private readonly low: number;

  constructor(origin: Buffer) {
    this.high = origin.readUInt32LE(0);
    this.low = origin.readUInt32LE(4);
  }

  /** @param number increases with each message of this node */
  encode(number: number, envelopes: readonly Envelope[]): Buffer {
    // A single envelope travels bare: an array around it would cost as much as the rest.
    const body = serialize(envelopes.length === 1 ? envelopes[0] : envelopes);
    const message = Buffer.allocUnsafe(HEADER_BYTES + body.length);
    message[0] = VERSION;
    message.writeUInt32LE(this.high, ORIGIN_AT);
    message.writeUInt32LE(this.low, ORIGIN_AT + 4);
    message.writeUIntLE(number, NUMBER_AT, NUMBER_BYTES);
    message.set(body, HEADER_BYTES);
    return message;
  }

  /** The number of a message that this node sent; `undefined` for messages of other nodes. */
  ownNumber(message: Buffer): number | undefined {
    if (message.length < HEADER_BYTES || message[0] !== VERSION) return undefined;
    const own = message.readUInt32LE(ORIGIN_AT) === this.high && message.readUInt32LE(ORIGIN_AT + 4) === this.low;
    return own ? message.readUIntLE(NUMBER_AT, NUMBER_BYTES) : undefined;
  }
}

/** @throws Error when `message` is not ours, or of an unknown version */
export function decodeEnvelopes(message: Buffer): readonly Envelope[] {
  if (message.length < HEADER_BYTES || message[0] !== VERSION) throw new Error('not a message of this version');
  const body = deserialize(message.subarray(HEADER_BYTES)) as Envelope | readonly Envelope[];
  return Array.isArray(body) ? (body as readonly Envelope[]) : [body as Envelope];
}
