export interface EnginePacket {
  readonly type: string;
  readonly data?: string | Buffer;
}

/** Decodes one packet; each Engine.IO transport has the decoder of its protocol version. */
interface PacketParser {
  decodePacket(encoded: string | Buffer): EnginePacket;
}

/** Engine.IO's result for a broken packet; it ends the session. */
const BROKEN: EnginePacket = { type: 'error', data: 'parser error' };
const EMPTY: EnginePacket = { type: 'noop' };

const SEPARATOR = '\u001e';
const TEXT_LENGTH = /(\d{1,9}):/y;
const BINARY_LENGTH_DIGITS = 9;
const BINARY_LENGTH_END = 255;

/**
 * Decodes the packets of a polling request one by one. Engine.IO's own decoders process a whole payload before anyone
 * can stop them, which takes a second for a payload of nothing but separators.
 */
export function packetsOf(payload: string | Buffer, protocol: number, parser: PacketParser): Iterator<EnginePacket> {
  if (typeof payload !== 'string') return binaryPackets(payload, parser);
  return protocol === 3 ? countedPackets(payload, parser) : separatedPackets(payload, parser);
}

function* separatedPackets(payload: string, parser: PacketParser): Generator<EnginePacket> {
  for (let at = 0; at <= payload.length;) {
    const separator = payload.indexOf(SEPARATOR, at);
    const end = separator < 0 ? payload.length : separator;
    yield parser.decodePacket(payload.slice(at, end));
    at = end + 1;
  }
}

/** Engine.IO 3, text: repeated `<length>:<packet>`. */
function* countedPackets(payload: string, parser: PacketParser): Generator<EnginePacket> {
  let at = 0;
  do {
    TEXT_LENGTH.lastIndex = at;
    const length = TEXT_LENGTH.exec(payload)?.[1];
    const start = TEXT_LENGTH.lastIndex;
    const end = start + Number(length);
    if (length === undefined || end > payload.length) {
      yield BROKEN;
      return;
    }
    yield end === start ? EMPTY : parser.decodePacket(payload.slice(start, end));
    at = end;
  } while (at < payload.length);
}

/** Engine.IO 3, binary: 0 (text) or 1, the digits of the length as bytes, 255, the packet. */
function* binaryPackets(payload: Buffer, parser: PacketParser): Generator<EnginePacket> {
  for (let at = 0; at < payload.length;) {
    const isText = payload[at] === 0;
    const header = payload.subarray(at + 1, at + 2 + BINARY_LENGTH_DIGITS);
    const digits = header.indexOf(BINARY_LENGTH_END);
    const start = at + digits + 2;
    const end = start + Number(header.subarray(0, Math.max(0, digits)).join(''));
    if (digits < 1 || !(end <= payload.length)) {
      yield BROKEN;
      return;
    }
    const packet = payload.subarray(start, end);
    yield end === start ? EMPTY : parser.decodePacket(isText ? packet.toString() : packet);
    at = end;
  }
}
