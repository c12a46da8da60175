import { type Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SocketTraffic } from '../../../modules/observability/socket-metrics.js';
import { type LoopTurns, type TurnTask } from './loop-turns.js';
import { OutboundBatch } from './outbound-batch.js';
import { type PlainFrame } from './text-frame.js';
import { descriptorOf, type SendMany, TurnSender } from './turn-sender.js';

/** A turn's frames are written early when they reach this, so that only what the kernel refuses counts as waiting. */
const EARLY_FLUSH_BYTES = 262_144;

/** Below its high-water mark a stream does not say when it is empty. */
const DRAIN_LOOK_MS = 5;

/** Who is told that its reader is too slow. */
export interface WriterOwner {
  slowConsumer(): void;
}

/** What all writers of one server share. */
export class WriterHost {
  private root = OutboundBatch.empty();
  private rootTurn = -1;
  readonly sender: TurnSender | null;

  constructor(
    readonly turns: LoopTurns,
    /** Bytes that may wait for one slow reader. */
    readonly limitBytes: number,
    /** `null` = every socket is written to by itself. */
    sendMany: SendMany | null = null,
  ) {
    this.sender = sendMany && new TurnSender(turns, sendMany);
  }

  /** The empty batch of this turn; a fresh one each turn, so that no old frame is kept alive. */
  empty(): OutboundBatch {
    if (this.rootTurn !== this.turns.current) {
      this.rootTurn = this.turns.current;
      this.root = OutboundBatch.empty();
    }
    return this.root;
  }
}

/**
 * One plain socket's way out: all frames of a turn leave in one write; what waits for the reader is bounded in bytes.
 * Until a socket is attached, frames wait.
 */
export class OutboundWriter implements TurnTask {
  /** What is to be written: one frame, or with further ones a batch that begins with it. */
  private first: PlainFrame | null = null;
  private batch: OutboundBatch | null = null;
  private socket: Duplex | null = null;
  /** The socket's, where it may be written to natively. */
  private fd = -1;
  /** When the sender last took something of this writer. */
  private round = -1;
  private scheduled = false;
  private overdue = false;
  /** What left by it so far. */
  messagesOut = 0;
  bytesOut = 0;
  /** When something last did, by the clock of the turns. */
  writtenAt: number;

  constructor(
    private readonly host: WriterHost,
    /** What it counts towards; another one from when the connection speaks another protocol. */
    public traffic: SocketTraffic,
    private readonly owner: WriterOwner,
  ) {
    this.writtenAt = host.turns.now;
  }

  /** Bytes that wait, in this turn's batch and in the socket. */
  get queuedBytes(): number {
    return this.pendingBytes + (this.socket?.writableLength ?? 0);
  }

  /** Whether `bytes` would leave room for as much again. What waits alone may be of any size. */
  takes(bytes: number, waiting = this.queuedBytes): boolean {
    return waiting === 0 || 2 * (waiting + bytes) <= this.host.limitBytes;
  }

  /** The socket, `null` before the 101. */
  get stream(): Duplex | null {
    return this.socket;
  }

  attach(socket: Duplex): void {
    this.setSocket(socket);
    this.flush();
  }

  /** The stream below may change between turns; what was sent before leaves on the old one. */
  attachTo(socket: Duplex): void {
    if (this.socket === socket) return;
    if (this.socket !== null) this.flush();
    this.setSocket(socket);
  }

  send(frame: PlainFrame): void {
    if (this.first === null) {
      if (this.host.turns.ending && this.isFree) {
        this.write(frame.bytes, frame.count);
        return;
      }
      this.first = frame;
    } else {
      this.batch = (this.batch ?? this.host.empty().with(this.first)).with(frame);
    }
    if (!this.scheduled) this.schedule();
    if (this.pendingBytes >= EARLY_FLUSH_BYTES) this.flush();
  }

  /**
   * A stream notices what the kernel took only between turns (over TLS always, over TCP once a buffer was full), so a
   * reader is too slow when it is over the limit at the end of two turns running.
   */
  runTurn(): void {
    this.scheduled = false;
    this.flushPending();
    if (this.first === null || this.socket === null) {
      this.overdue = false;
    } else if (this.overdue) {
      this.owner.slowConsumer();
    } else {
      this.overdue = true;
      this.schedule();
    }
  }

  /** Writes what is pending now, unless too much waits for the reader already. */
  flush(): void {
    this.flushPending();
    this.flushSender();
  }

  private flushPending(): void {
    const { first, batch, socket } = this;
    if (first === null) return;
    const { limitBytes } = this.host;
    const bytes = batch === null ? first.length : batch.bytes;
    if (socket === null) {
      if (bytes > limitBytes) this.owner.slowConsumer();
      return;
    }
    const waiting = socket.writableLength;
    if (waiting > 0 && waiting + bytes > limitBytes && socket.writable) {
      if (bytes > limitBytes) this.owner.slowConsumer();
      return;
    }
    this.discard();
    if (!socket.writable) return;
    if (batch === null) this.write(first.bytes, first.count);
    else this.write(batch.toBuffer(), batch.frames);
  }

  /** A whole control frame, written at once; it may overtake frames of this turn. */
  control(bytes: Buffer): void {
    this.flushSender();
    if (this.socket?.writable) this.socket.write(bytes);
  }

  /** Writes what is pending and resolves when nothing waits for the reader any more, or the socket has ended. */
  async drained(): Promise<void> {
    this.flush();
    for (;;) {
      const { socket } = this;
      if (socket === null || !socket.writable || socket.writableLength === 0) return;
      await (socket.writableNeedDrain ? drainOf(socket) : sleep(DRAIN_LOOK_MS));
    }
  }

  /** Forgets what was not written. */
  discard(): void {
    this.first = null;
    this.batch = null;
  }

  private get pendingBytes(): number {
    return this.batch === null ? (this.first === null ? 0 : this.first.length) : this.batch.bytes;
  }

  /** Whether nothing stands before what is sent now. */
  private get isFree(): boolean {
    const { socket } = this;
    return socket !== null && socket.writableLength === 0 && socket.writable;
  }

  /** Counts what left, also what did so by another way. */
  count(frames: number, bytes: number): void {
    this.traffic.messagesOut += frames;
    this.traffic.bytesOut += bytes;
    this.messagesOut += frames;
    this.bytesOut += bytes;
    this.writtenAt = this.host.turns.now;
  }

  private write(bytes: Buffer, frames: number): void {
    this.count(frames, bytes.length);
    const { socket } = this;
    if (socket === null) return;
    const { sender } = this.host;
    if (sender !== null && this.fd !== -1) {
      this.flushSender();
      if (socket.writableLength === 0 && sender.take(socket, this.fd, bytes)) {
        this.round = sender.round;
        return;
      }
    }
    socket.write(bytes);
  }

  /** What the sender has taken of this writer goes out before anything else does. */
  private flushSender(): void {
    const { sender } = this.host;
    if (sender !== null && this.round === sender.round) sender.flush();
  }

  private setSocket(socket: Duplex): void {
    this.socket = socket;
    this.fd = this.host.sender === null ? -1 : descriptorOf(socket);
  }

  private schedule(): void {
    this.scheduled = true;
    this.host.turns.flushThisTurn(this);
  }
}

function drainOf(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
