import { WebSocket } from 'ws';
import { passWholeFrames, type Receiver } from './whole-frames.js';

/** What ws's receiver bounds a message by; it looks at them for each frame and each read. */
interface BoundedReceiver extends Receiver {
  _maxFragments: number;
  _maxBufferedChunks: number;
  /** Of the message under way: what its frames have said, and what has come of those that are complete. */
  readonly _totalPayloadLength: number;
  readonly _messageLength: number;
}

/** Pieces that any message may come in, and bytes for each further one: a piece takes more memory than is in it. */
const PIECES = 256;
const PIECE_BYTES = 256;

/** ws's own, for whoever is known. */
const KNOWN_FRAGMENTS = 16_384;
const KNOWN_CHUNKS = 262_144;

/** Frames, or reads, in which a stranger's message of so many bytes may come. */
export const piecesOf = (bytes: number): number => PIECES + Math.ceil(bytes / PIECE_BYTES);

/** ws's socket, of which one message is bounded anew when it is known whose it is: ws holds a whole one before it tells. */
export class BoundedSocket extends WebSocket {
  declare private readonly _receiver: BoundedReceiver;

  /** Bytes that the message under way will have at least. */
  get begunBytes(): number {
    return this._receiver._totalPayloadLength;
  }

  /** Bytes of it that have arrived. */
  get arrivedBytes(): number {
    return this._receiver._messageLength + this._receiver._bufferedBytes;
  }

  /** @param bytes of one message from now on, for a stranger in not many more frames and reads than it needs */
  bound(bytes: number, isKnown: boolean): void {
    const { _receiver: receiver } = this;
    passWholeFrames(receiver);
    receiver._maxPayload = bytes;
    receiver._maxFragments = isKnown ? KNOWN_FRAGMENTS : piecesOf(bytes);
    receiver._maxBufferedChunks = isKnown ? KNOWN_CHUNKS : piecesOf(bytes);
  }
}
