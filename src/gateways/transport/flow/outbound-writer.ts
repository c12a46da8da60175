import { type Duplex } from 'node:stream';
import { type SocketTraffic } from '../../../modules/observability/socket-metrics.js';
import { type LoopTurns, type TurnTask } from './loop-turns.js';
import { OutboundBatch } from './outbound-batch.js';
import { type PlainFrame } from './text-frame.js';
import { descriptorOf, type SendMany, TurnSender } from './turn-sender.js';
import { untilDrained } from './until-drained.js';

/**
 * Once a turn's frames reach this size they are written early, so that only what the kernel refuses counts as waiting.
 */
const EARLY_FLUSH_BYTES = 262_144;

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
    /** How many bytes may wait for one client before it counts as a slow consumer. */
    readonly limitBytes: number,
    /** `null` = every socket is written to on its own. */
    sendMany: SendMany | null = null,
  ) {
    this.sender = sendMany && new TurnSender(turns, sendMany);
  }

  /** This turn's empty batch. Each turn has a new one, so that old frames can be collected. */
  empty(): OutboundBatch {
    if (this.rootTurn !== this.turns.current) {
      this.rootTurn = this.turns.current;
      this.root = OutboundBatch.empty();
    }
    return this.root;
  }
}

/**
 * The outbound side of a plain socket. All frames of a turn leave in one write, and the number of waiting bytes is
 * limited. Frames wait until a socket is attached.
 */
export class OutboundWriter implements TurnTask {
  /** The pending frame, or the first of `batch`. */
  private first: PlainFrame | null = null;
  private batch: OutboundBatch | null = null;
  private socket: Duplex | null = null;
  /** The socket's file descriptor, or -1 if it must not be written to natively. */
  private fd = -1;
  /** The sender's round in which it last took something from this writer. */
  private round = -1;
  private scheduled = false;
  private overdue = false;
  /** What has been sent so far. */
  messagesOut = 0;
  bytesOut = 0;
  /** When something was last sent, by the clock of the turns. */
  writtenAt: number;

  constructor(
    private readonly host: WriterHost,
    /** The counters it adds to; replaced when the connection changes protocol. */
    public traffic: SocketTraffic,
    private readonly owner: WriterOwner,
  ) {
    this.writtenAt = host.turns.now;
  }

  /** Bytes waiting in this turn's batch and in the socket. */
  get queuedBytes(): number {
    return this.pendingBytes + (this.socket?.writableLength ?? 0);
  }

  /** Whether there is room for twice `bytes`. If nothing is waiting, any size is fine. */
  takes(bytes: number, waiting = this.queuedBytes): boolean {
    return waiting === 0 || 2 * (waiting + bytes) <= this.host.limitBytes;
  }

  /** The socket; `null` before the handshake is answered with 101. */
  get stream(): Duplex | null {
    return this.socket;
  }

  attach(socket: Duplex): void {
    this.setSocket(socket);
    this.flush();
  }

  /**
   * Changes the underlying stream, which may happen between turns; what was sent before still leaves on the old one.
   */
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
   * Closes a slow consumer. A stream notices only between turns what the kernel has taken (always so over TLS; over
   * TCP, once a buffer was full), so a client is too slow if it is over the limit at the end of two consecutive turns.
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

  /** Writes what is pending, unless too much is waiting for the client already. */
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

  /** Writes a control frame at once; it may overtake frames of this turn. */
  control(bytes: Buffer): void {
    this.flushSender();
    if (this.socket?.writable) this.socket.write(bytes);
  }

  /** Writes what is pending and resolves when nothing is waiting for the client or the socket has ended. */
  async drained(): Promise<void> {
    this.flush();
    const { socket } = this;
    if (socket !== null) await untilDrained(() => !socket.writable || socket.writableLength === 0, socket);
  }

  /** Drops what is pending. */
  discard(): void {
    this.first = null;
    this.batch = null;
  }

  private get pendingBytes(): number {
    return this.batch === null ? (this.first === null ? 0 : this.first.length) : this.batch.bytes;
  }

  /** Whether a write now would queue behind nothing. */
  private get isFree(): boolean {
    const { socket } = this;
    return socket !== null && socket.writableLength === 0 && socket.writable;
  }

  /** Counts frames as sent. Also for those that take another way. */
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

  /** What the sender has taken from this writer must go out first. */
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
