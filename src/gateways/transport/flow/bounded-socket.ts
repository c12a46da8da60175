import { type Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { readDirectly } from './direct-reads.js';
import { passWholeFrames, type Receiver, type TextTaker } from './whole-frames.js';

/** Limits that ws's receiver checks on every frame and every read. */
interface BoundedReceiver extends Receiver {
  _maxFragments: number;
  _maxBufferedChunks: number;
  /**
   * Of the message being received: the length its frames have declared so far, and the bytes of its complete frames.
   */
  readonly _totalPayloadLength: number;
  readonly _messageLength: number;
}

/** A message may arrive in this many pieces, plus one per `PIECE_BYTES`: a piece costs more memory than its content. */
const PIECES = 256;
const PIECE_BYTES = 256;

/** ws's own defaults, used for admitted clients. */
const KNOWN_FRAGMENTS = 16_384;
const KNOWN_CHUNKS = 262_144;

/** How many frames, or reads, a stranger may split a message of `bytes` into. */
export const piecesOf = (bytes: number): number => PIECES + Math.ceil(bytes / PIECE_BYTES);

/**
 * ws's socket with limits that change on admission. They must be in place early, because ws buffers a whole message
 * before reporting it.
 */
export class BoundedSocket extends WebSocket implements TextTaker {
  declare private readonly _receiver: BoundedReceiver;
  declare protected readonly _socket: Duplex | null;

  /** Declared length so far of the message being received. */
  get begunBytes(): number {
    return this._receiver._totalPayloadLength;
  }

  /** Bytes of that message that have arrived. */
  get arrivedBytes(): number {
    return this._receiver._messageLength + this._receiver._bufferedBytes;
  }

  /** @param bytes limit for one message from now on; it also limits the number of pieces a stranger may send it in */
  bound(bytes: number, isKnown: boolean): void {
    const { _receiver: receiver } = this;
    passWholeFrames(receiver, this);
    if (isKnown && this._socket !== null) readDirectly(this._socket, receiver);
    receiver._maxPayload = bytes;
    receiver._maxFragments = isKnown ? KNOWN_FRAGMENTS : piecesOf(bytes);
    receiver._maxBufferedChunks = isKnown ? KNOWN_CHUNKS : piecesOf(bytes);
  }

  takeText(text: Buffer): void {
    this.emit('message', text, false);
  }
}
