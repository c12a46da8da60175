import { Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Receiver, takeWholeFrames } from './whole-frames.js';

/** As much as Node reads at once. */
const BYTES = 65_536;

/**
 * Where a socket created with the option `onread` keeps its read buffer, and the function it calls after each read. A
 * server's sockets have both properties, but no option sets them.
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

/** Shared by all sockets: its content is overwritten once the callback returns. */
const shared = Buffer.allocUnsafeSlow(BYTES);

let onReadOf: OnRead | null | undefined;

/**
 * Makes `stream` read into memory shared by all sockets, instead of memory allocated for each read, and hands whole
 * text messages to the taker of `receiver` without passing them through streams. Everything else takes the usual way,
 * as does whatever arrives while the stream is paused or has other listeners. TLS streams are left alone.
 * @returns whether the stream now reads this way
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
