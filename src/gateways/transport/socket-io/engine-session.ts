import { type Server } from 'socket.io';
import { type EnginePacket } from './engine-payload.js';
import { type HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { type EngineSocket, socketOf, STRANGER_BYTES } from './engine-socket.js';
import { type LoopTurns } from '../flow/loop-turns.js';
import { LargeMessages } from '../plain/large-messages.js';
import { ADMISSION_FRAME_BYTES } from '../plain/plain-options.js';
import { PollingIntake, type PollingTransport } from './polling-intake.js';

/** The connection of a session that has joined the namespace. */
interface SessionOwner {
  /** Whether its packets must be small. */
  readonly isStranger: boolean;
  readonly address: string;
  /** Bytes of its waiting events. */
  readonly waitingInbound: number;
  tooLarge(): void;
  /** It has sent too much, or taken too long, before admission. */
  cutOff(): void;
  slowConsumer(): void;
  onFlood(): void;
}

/**
 * Packets per second that carry no events: heartbeats, upgrades, joining and leaving namespaces. Clients send a few a
 * minute.
 */
const STRAY_RATE = 100;
/** What a waiting packet takes up in addition to its data. */
const PACKET_BYTES = 128;
/** Types of Socket.IO packets that carry events: EVENT and BINARY_EVENT. */
const EVENT = '2';
const BINARY_EVENT = '5';

const SESSION = Symbol('session');
type Bounded = EngineSocket & { [SESSION]?: EngineSession };

/**
 * Bounds what one Engine.IO session may cost, whoever is behind it. The bytes that wait for the client are limited,
 * including what Engine.IO and Socket.IO send of their own accord. Packets that are not events of a joined socket
 * bypass its inbound queue, so their number is limited. Strangers' packets must be small.
 */
export class EngineSession {
  /** Told before the session is closed. */
  owner: SessionOwner | null = null;
  /** Whether a socket of the session is about to enter the namespace. */
  isJoining = false;
  private waiting = 0;
  private bytes = 0;
  /** Bytes of the attachments received for the current packet. */
  private attached = 0;
  private strays = 0;
  private countedSince = 0;
  private isPaused = false;
  private intake: PollingIntake | null = null;
  private large: LargeMessages | null = null;
  /** A stranger's events that Socket.IO has not passed on yet. */
  private underWay = 0;

  private constructor(
    private readonly conn: EngineSocket,
    private readonly turns: LoopTurns,
    private readonly limitBytes: number,
    private readonly mostBytes: number,
    private readonly held: HeldBytes,
  ) {
    if (conn.transport.name !== 'polling') return;
    this.intake = new PollingIntake(conn.transport as typeof conn.transport & PollingTransport, turns);
  }

  /** Bounds every session from its start. */
  static boundAll(io: Server, turns: LoopTurns, limitBytes: number, held: HeldBytes): void {
    const { maxHttpBufferSize = Infinity } = io.engine.opts;
    io.engine.on('connection', (conn: Bounded) => {
      conn[SESSION] = new EngineSession(conn, turns, limitBytes, maxHttpBufferSize, held);
      // Shared functions, because five closures per connection would show in memory use.
      conn.on('packet', onPacket);
      conn.on('packetCreate', onPacketCreate);
      conn.on('flush', onFlush);
      conn.on('upgrading', onStray);
      conn.on('upgrade', onUpgrade);
    });
  }

  static of(conn: EngineSocket): EngineSession {
    const session = (conn as Bounded)[SESSION];
    if (session === undefined) throw new Error('a session began before sessions were bounded');
    return session;
  }

  /** Bytes waiting to be polled, or to be written by Engine.IO. */
  get waitingBytes(): number {
    return this.bytes;
  }

  pause(): void {
    this.isPaused = true;
    this.intake?.pause();
    socketOf(this.conn)?.pause?.();
  }

  /** Restarts the ping timeout, because time spent paused is not silence. */
  resume(): void {
    this.isPaused = false;
    (this.conn['pingTimeoutTimer'] as NodeJS.Timeout | null | undefined)?.refresh();
    this.intake?.resume();
    socketOf(this.conn)?.resume?.();
  }

  /** Counts a packet that carries no event. */
  countStray(): void {
    const { now } = this.turns;
    this.turns.touch();
    if (now - this.countedSince >= 1_000) {
      this.countedSince = now;
      this.strays = 0;
    }
    if (++this.strays <= STRAY_RATE) return;
    this.owner?.onFlood();
    this.conn.close(true);
  }

  /** Call on admission. */
  known(): void {
    this.endLarge();
    socketOf(this.conn)?.bound?.(this.mostBytes, true);
  }

  /** After a stranger's event, large packets are accepted and kept, because that event may admit it. */
  private allowLarge(): void {
    if (this.large !== null || this.owner === null) return;
    const { conn, owner, held } = this;
    const socket = socketOf(conn);
    socket?.bound?.(this.mostBytes, false);
    const sender = {
      address: owner.address,
      heldBytes: () => (socket?.arrivedBytes ?? 0) + this.attached + owner.waitingInbound,
      cutOff: () => {
        owner.cutOff();
      },
    };
    this.large = new LargeMessages(sender, socket?._socket ?? null, held);
  }

  /** Socket.IO has passed an event on. */
  passedOn(): void {
    if (this.underWay > 0) this.underWay--;
  }

  /** Call when an event has arrived or been handled. */
  counted(): void {
    this.large?.look();
  }

  /**
   * Call when an event has been handled and `waiting` more are waiting. If none of them can admit the client, the
   * limits for strangers apply again.
   */
  decided(waiting: number): void {
    this.counted();
    if (this.large === null || waiting + this.underWay > 0) return;
    this.endLarge();
    const socket = socketOf(this.conn);
    socket?.bound?.(STRANGER_BYTES, false);
    if ((socket?.begunBytes ?? 0) > STRANGER_BYTES || this.attached > ADMISSION_FRAME_BYTES) this.refuse();
  }

  /** Call when the connection has left; the session's next one is a stranger again. */
  left(): void {
    this.underWay = 0;
    this.decided(0);
  }

  private endLarge(): void {
    this.large?.end();
    this.large = null;
  }

  /** Closes the session when a packet exceeds the limit for strangers, before anything decodes it. */
  bound(data: string | Buffer): void {
    if (this.owner?.isStranger === false) return;
    const isText = typeof data === 'string';
    this.attached = isText ? 0 : this.attached + data.length;
    if (this.large !== null || (isText ? Buffer.byteLength(data) : this.attached) <= ADMISSION_FRAME_BYTES) return;
    this.refuse();
  }

  /** Call when a whole event goes to Socket.IO, which will soon pass it on. */
  comes(): void {
    if (this.owner?.isStranger !== true) return;
    this.underWay++;
    this.allowLarge();
  }

  /** Closes the session for sending something too large for a stranger. */
  refuse(): void {
    this.owner?.tooLarge();
    this.conn.close(true);
  }

  addWaiting(bytes: number): void {
    this.waiting++;
    this.bytes += PACKET_BYTES + bytes;
    if (this.waiting === 1 || this.bytes <= this.limitBytes) return;
    this.owner?.slowConsumer();
    this.conn.close(true);
  }

  flushed(): void {
    this.waiting = 0;
    this.bytes = 0;
  }

  upgraded(): void {
    this.intake = null;
    if (this.owner?.isStranger === false) this.known();
    if (this.large !== null) {
      this.endLarge();
      this.allowLarge();
    }
    if (this.isPaused) this.pause();
  }
}

function onPacket(this: EngineSocket, { type, data }: EnginePacket): void {
  if (data !== undefined) EngineSession.of(this).bound(data);
  if (type === 'message') {
    if (typeof data !== 'string' || data[0] === BINARY_EVENT) return;
    if (data[0] === EVENT) {
      EngineSession.of(this).comes();
      return;
    }
  }
  EngineSession.of(this).countStray();
}

function onPacketCreate(this: EngineSocket, { data }: EnginePacket): void {
  EngineSession.of(this).addWaiting(data?.length ?? 0);
}

function onFlush(this: EngineSocket): void {
  EngineSession.of(this).flushed();
}

function onStray(this: EngineSocket): void {
  EngineSession.of(this).countStray();
}

function onUpgrade(this: EngineSocket): void {
  EngineSession.of(this).upgraded();
}
