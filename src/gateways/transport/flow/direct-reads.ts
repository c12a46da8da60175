import { Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Receiver, takeWholeFrames } from './whole-frames.js';

/** As much as Node reads at once. */
const BYTES = 65_536;

/**
 * Where a socket created with the option `onread` keeps the buffer it reads into, and the function it then calls. A
 * server's sockets have both, but no option sets them.
 */
interface OnRead {
  readonly buffer: symbol;
  readonly callback: symbol;
}

interface Handle {
  useUserBuffer?(buffer: Buffer): void;
}

type PlainStream = Socket & Record<symbol, unknown> & { readonly _handle?: Handle | null };

const RECEIVER = Symbol('receiver');

/** All sockets read into it, one after another. What was read is overwritten after the callback returns. */
const shared = Buffer.allocUnsafeSlow(BYTES);

let onReadOf: OnRead | null | undefined;

/**
 * Makes `stream` read into memory that all sockets share, and hands whole text messages to the taker of `receiver` without
 * passing them through streams. Node would otherwise allocate memory for every read. Everything else, and whatever
 * arrives while the stream is paused or others listen to it, takes the usual way. TLS streams are left alone.
 * @returns whether it does
 */
export function readDirectly(stream: Duplex, receiver: Receiver): boolean {
  if (!(stream instanceof Socket) || stream instanceof TLSSocket) return false;
  const plain = stream as PlainStream;
  if (onReadOf === undefined) onReadOf = findOnRead(plain);
  const handle = plain._handle;
  if (onReadOf === null || !handle?.useUserBuffer || plain[onReadOf.buffer] !== null) return false;
  handle.useUserBuffer(shared);
  plain[RECEIVER] = receiver;
  plain[onReadOf.buffer] = shared;
  plain[onReadOf.callback] = onRead;
  return true;
}

function findOnRead(stream: PlainStream): OnRead | null {
  const symbols = Object.getOwnPropertySymbols(stream);
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [buffer, callback] = [named('kBuffer'), named('kBufferCb')];
  return buffer && callback ? { buffer, callback } : null;
}

/** @returns whether to go on reading */
function onRead(this: PlainStream, count: number, bytes: Buffer): boolean {
  const isNext = this.readableFlowing === true && this.readableLength === 0 && this.listenerCount('data') === 1;
  const taken = isNext ? takeWholeFrames(this[RECEIVER] as Receiver, bytes, count, true) : 0;
  return taken === count || this.push(Buffer.from(bytes.subarray(taken, count)));
}
