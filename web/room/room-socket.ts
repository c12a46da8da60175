import { backoff } from '../ui/backoff.js';
import { type Frame, type Member, readFrame, type RoomMessage } from './frames.js';

/** What a room tells its page. */
interface Listener {
  readonly onOpen: () => void;
  /** What came of asking for everything since the last message this page had. */
  readonly onRecovery: (recovery: { recovered: boolean; durable: boolean; missed: number }) => void;
  readonly onMessage: (message: RoomMessage) => void;
  readonly onPresent: (members: readonly Member[]) => void;
  /** A message of this page is on its way to all. */
  readonly onAccepted: (id: string, offset: number | null) => void;
  readonly onRefused: (id: string, reason: string) => void;
  /** It comes back by itself (milliseconds since the epoch). */
  readonly onLost: (retryAt: number) => void;
  /** It comes back by itself, but the server seems not to want it. */
  readonly onUnwelcome: () => void;
  /** It does not come back. */
  readonly onRevoked: () => void;
  /** Messages are missing; the server promises that this cannot be. */
  readonly onGap: (expected: number, got: number) => void;
}

const WAIT = { first: 500, longest: 10_000 };
/** Connections that fail in a row while the server is there: then the code is to blame. */
const REFUSALS = 2;
const REVOKED = 1008;
/** Errors that pass: the message is said again under the same id, which cannot make a second one. */
const PASSING = new Set(['database_unavailable', 'unavailable', 'rate_limited', 'internal_error']);
const SAY_AGAIN = 1_000;

/** An endpoint's connection that is kept up: it comes back by itself with its last offset, and repeats what it said in vain. */
export class RoomSocket {
  private socket: WebSocket | null = null;
  private epoch = '';
  private newest = 0;
  private failures = 0;
  private ended = false;
  private members: readonly Member[] = [];
  /** Said, but not acknowledged: JSON texts by id. */
  private waiting = new Map<string, string>();
  private timer: number | undefined;

  private readonly address: string;

  constructor(
    code: string,
    private readonly listener: Listener,
  ) {
    this.address = `${location.origin.replace(/^http/, 'ws')}/ws/endpoint/${encodeURIComponent(code)}/`;
    addEventListener('online', () => {
      this.soon(0);
    });
    // A socket over a network that has gone would be silent for minutes before anybody noticed.
    addEventListener('offline', () => this.socket?.close());
    this.connect();
  }

  /** Offset of the newest message this page has, 0 where none are numbered. */
  get offset() {
    return this.newest;
  }

  /**
   * Says something, now or once the connection is back.
   * @returns its id
   */
  say(message: unknown): string {
    const id = randomId();
    this.waiting.set(id, JSON.stringify({ message, id }));
    this.send(id);
    return id;
  }

  private send(id: string) {
    const text = this.waiting.get(id);
    if (text !== undefined && this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  private connect() {
    const position = new URLSearchParams({ after: String(this.newest), acks: '1', presence: '1' });
    if (this.epoch !== '') position.set('epoch', this.epoch);
    const socket = new WebSocket(`${this.address}?${position.toString()}`);
    this.socket = socket;
    socket.addEventListener('open', () => {
      this.failures = 0;
      this.listener.onOpen();
      for (const id of this.waiting.keys()) this.send(id);
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.socket) this.received(readFrame(String(data)));
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket === this.socket) void this.closed(code);
    });
  }

  private async closed(code: number) {
    this.socket = null;
    this.members = [];
    if (code === REVOKED) {
      this.ended = true;
      this.listener.onRevoked();
      return;
    }
    const wait = backoff(this.failures++, WAIT);
    this.soon(wait);
    this.listener.onLost(Date.now() + wait);
    if (this.failures > REFUSALS && (await isServerThere())) this.listener.onUnwelcome();
  }

  private soon(wait: number) {
    clearTimeout(this.timer);
    if (this.ended) return;
    this.timer = setTimeout(() => {
      if (this.socket === null) this.connect();
    }, wait);
  }

  private received(frame: Frame | null): void {
    switch (frame?.kind) {
      case 'message':
        this.message(frame);
        break;
      case 'recovery':
        this.recovery(frame);
        break;
      case 'accepted':
        if (this.waiting.delete(frame.id)) this.listener.onAccepted(frame.id, frame.offset);
        break;
      case 'refused':
        this.refused(frame);
        break;
      case 'present':
        this.setMembers(frame.members);
        break;
      case 'join':
        this.setMembers([...this.members, frame]);
        break;
      case 'leave': {
        const place = this.members.findIndex(({ identity }) => identity === frame.identity);
        this.setMembers(this.members.filter((_, index) => index !== place));
        break;
      }
      case undefined:
    }
  }

  private message(message: RoomMessage): void {
    if (message.position) {
      const { offset, epoch } = message.position;
      if (epoch === this.epoch && offset !== this.newest + 1 && this.newest > 0) {
        this.listener.onGap(this.newest + 1, offset);
      }
      this.newest = offset;
      this.epoch = epoch;
    }
    this.listener.onMessage(message);
  }

  private recovery({ recovered, offset, epoch }: Frame & { kind: 'recovery' }): void {
    const missed = offset - this.newest;
    if (!recovered) this.newest = offset;
    this.epoch = epoch;
    this.listener.onRecovery({ recovered, durable: epoch !== '', missed });
  }

  private refused({ id, code, detail }: Frame & { kind: 'refused' }): void {
    if (PASSING.has(code)) {
      setTimeout(() => {
        this.send(id);
      }, SAY_AGAIN);
      return;
    }
    if (this.waiting.delete(id)) this.listener.onRefused(id, detail);
  }

  private setMembers(members: readonly Member[]): void {
    this.members = members;
    this.listener.onPresent(members);
  }
}

/** `crypto.randomUUID` is missing where the page came by plain HTTP from another computer. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function isServerThere() {
  try {
    return (await fetch('/health/live', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
