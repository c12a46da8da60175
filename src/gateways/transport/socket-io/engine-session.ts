import { type Server } from 'socket.io';
import { type EnginePacket } from './engine-payload.js';
import { type HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { type EngineSocket, socketOf, STRANGER_BYTES } from './engine-socket.js';
import { type LoopTurns } from '../flow/loop-turns.js';
import { LargeMessages } from '../plain/large-messages.js';
import { ADMISSION_FRAME_BYTES } from '../plain/plain-options.js';
import { PollingIntake, type PollingTransport } from './polling-intake.js';

/** Who is behind a session once it has joined. */
interface SessionOwner {
  /** Whether its packets have to be small. */
  readonly isStranger: boolean;
  readonly address: string;
  /** Bytes of its events that wait. */
  readonly waitingInbound: number;
  tooLarge(): void;
  /** It sends too much before it is known, or takes too long. */
  cutOff(): void;
  slowConsumer(): void;
  onFlood(): void;
}

/** Packets a second that are no events: heartbeats, upgrades, joining and leaving namespaces. Clients send a few a minute. */
const STRAY_RATE = 100;
/** What a waiting packet takes besides its data. */
const PACKET_BYTES = 128;
/** Types of Socket.IO's packets that carry events: EVENT and BINARY_EVENT. */
const EVENT = '2';
const BINARY_EVENT = '5';

const SESSION = Symbol('session');
type Bounded = EngineSocket & { [SESSION]?: EngineSession };

/**
 * What one Engine.IO session may cost, whoever is behind it and whoever fills it: what waits to be taken by the client is
 * bounded in bytes, also what Engine.IO and Socket.IO send by themselves; what is no event of a joined socket, and so goes
 * past its inbound queue, is bounded in number; and packets of strangers are small.
 */
export class EngineSession {
  /** Told before the session is closed. */
  owner: SessionOwner | null = null;
  /** A socket of the session is on its way into the namespace. */
  isJoining = false;
  private waiting = 0;
  private bytes = 0;
  /** Of the attachments that belong to one packet. */
  private attached = 0;
  private strays = 0;
  private countedSince = 0;
  private isPaused = false;
  private intake: PollingIntake | null = null;
  private large: LargeMessages | null = null;
  /** Events of a stranger that Socket.IO has not passed on yet. */
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

  /** Bounds every session of the server from its beginning. */
  static boundAll(io: Server, turns: LoopTurns, limitBytes: number, held: HeldBytes): void {
    const { maxHttpBufferSize = Infinity } = io.engine.opts;
    io.engine.on('connection', (conn: Bounded) => {
      conn[SESSION] = new EngineSession(conn, turns, limitBytes, maxHttpBufferSize, held);
      // Shared functions: five closures a connection would be felt in its memory.
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

  /** Bytes that wait for a polling client to ask for them, or for Engine.IO to write them. */
  get waitingBytes(): number {
    return this.bytes;
  }

  pause(): void {
    this.isPaused = true;
    this.intake?.pause();
    socketOf(this.conn)?.pause?.();
  }

  /** The time we did not listen does not count as silence. */
  resume(): void {
    this.isPaused = false;
    (this.conn['pingTimeoutTimer'] as NodeJS.Timeout | null | undefined)?.refresh();
    this.intake?.resume();
    socketOf(this.conn)?.resume?.();
  }

  /** One that is no event. */
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

  /** Who is behind it is no stranger any more. */
  known(): void {
    this.endLarge();
    socketOf(this.conn)?.bound?.(this.mostBytes, true);
  }

  /** What comes right behind an event of a stranger's may be large, and is heard should that one say who it is. */
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

  /** It has passed it on. */
  passedOn(): void {
    if (this.underWay > 0) this.underWay--;
  }

  /** It has come, or was handled. */
  counted(): void {
    this.large?.look();
  }

  /** An event was handled, and `waiting` wait: whoever none of them has let in sends no more than strangers do. */
  decided(waiting: number): void {
    this.counted();
    if (this.large === null || waiting + this.underWay > 0) return;
    this.endLarge();
    const socket = socketOf(this.conn);
    socket?.bound?.(STRANGER_BYTES, false);
    if ((socket?.begunBytes ?? 0) > STRANGER_BYTES || this.attached > ADMISSION_FRAME_BYTES) this.refuse();
  }

  /** Who was behind it has gone; the next one is another stranger. */
  left(): void {
    this.underWay = 0;
    this.decided(0);
  }

  private endLarge(): void {
    this.large?.end();
    this.large = null;
  }

  /** Closes the session when the packet is larger than a stranger's may be, before anything decodes it. */
  bound(data: string | Buffer): void {
    if (this.owner?.isStranger === false) return;
    const isText = typeof data === 'string';
    this.attached = isText ? 0 : this.attached + data.length;
    if (this.large !== null || (isText ? Buffer.byteLength(data) : this.attached) <= ADMISSION_FRAME_BYTES) return;
    this.refuse();
  }

  /** A whole event goes to Socket.IO, which passes it on in a moment. */
  comes(): void {
    if (this.owner?.isStranger !== true) return;
    this.underWay++;
    this.allowLarge();
  }

  /** What it sent is too large for a stranger. */
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
