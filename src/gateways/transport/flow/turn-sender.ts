import { type Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type LoopTurns, type TurnTask } from './loop-turns.js';

/**
 * Sends pieces of `arena` to sockets without blocking, and puts into `sent` how many bytes of each the kernel took.
 * @returns how many pieces it did not take whole
 */
export type SendMany = (
  fds: Int32Array,
  count: number,
  arena: Uint8Array,
  offsets: Int32Array,
  lengths: Int32Array,
  sent: Int32Array,
) => number;

const MAX_SOCKETS = 4_096;
const ARENA_BYTES = 1_048_576;
/** Larger pieces gain nothing from the extra copy. */
const MAX_PIECE_BYTES = 32_768;

/** The file descriptor of a plain TCP socket, which has nothing between it and the kernel; -1 for any other stream. */
export function descriptorOf(stream: Duplex): number {
  if (!(stream instanceof Socket) || stream instanceof TLSSocket) return -1;
  const handle = (stream as { _handle?: { readonly fd?: number } | null })._handle;
  return handle?.fd ?? -1;
}

/**
 * Collects what the writers write at the end of a turn, and hands it to the kernel in one native call. Between `take`
 * and the end of the turn, call `flush` before writing anything else to the socket. What the kernel does not take at
 * once goes through the socket, so that order, back-pressure and errors remain Node's business.
 */
export class TurnSender implements TurnTask {
  private readonly fds = new Int32Array(MAX_SOCKETS);
  private readonly offsets = new Int32Array(MAX_SOCKETS);
  private readonly lengths = new Int32Array(MAX_SOCKETS);
  private readonly sent = new Int32Array(MAX_SOCKETS);
  private readonly sockets: (Duplex | null)[] = Array.from({ length: MAX_SOCKETS }, () => null);
  private readonly arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  private count = 0;
  private used = 0;
  /** The piece copied last: a fan-out sends the same one to everybody. */
  private last: Buffer | null = null;
  private lastOffset = 0;
  /** Changes with every call to the kernel. */
  round = 0;

  constructor(
    private readonly turns: LoopTurns,
    private readonly sendMany: SendMany,
  ) {
    turns.finishWith(this);
  }

  /**
   * Takes `bytes`, to be sent at the end of the turn. The stream's own queue must be empty, and a socket may have only
   * one piece per round.
   * @returns whether it took them
   */
  take(socket: Duplex, fd: number, bytes: Buffer): boolean {
    const { length } = bytes;
    if (!this.turns.finishing || length > MAX_PIECE_BYTES) return false;
    if (this.count === MAX_SOCKETS) this.flush();
    if (bytes !== this.last) {
      if (this.used + length > ARENA_BYTES) this.flush();
      this.arena.set(bytes, this.used);
      this.last = bytes;
      this.lastOffset = this.used;
      this.used += length;
    }
    const at = this.count++;
    this.sockets[at] = socket;
    this.fds[at] = fd;
    this.offsets[at] = this.lastOffset;
    this.lengths[at] = length;
    return true;
  }

  runTurn(): void {
    if (this.count > 0) this.flush();
  }

  flush(): void {
    const { count, sockets, fds } = this;
    // A descriptor closed since `take` may belong to another socket by now.
    for (let at = 0; at < count; at++) if (sockets[at]?.destroyed === true) fds[at] = -1;
    const unfinished = this.sendMany(fds, count, this.arena, this.offsets, this.lengths, this.sent);
    if (unfinished > 0) this.finishThroughSockets();
    sockets.fill(null, 0, count);
    this.count = 0;
    this.used = 0;
    this.last = null;
    this.round++;
  }

  private finishThroughSockets(): void {
    for (let at = 0; at < this.count; at++) {
      const socket = this.sockets[at];
      const sent = this.sent[at] as number;
      const length = this.lengths[at] as number;
      if (sent === length || !socket?.writable) continue;
      const from = (this.offsets[at] as number) + sent;
      // A copy, because the arena is overwritten before the socket is done with it.
      socket.write(Buffer.from(this.arena.subarray(from, from + length - sent)));
    }
  }
}
