import { fullJitter } from '../backoff.js';
import { type CirclesToServer } from '../generated/frames.gen.js';
import { MessageRefused } from '../sockets/outbox.js';
import { refusalIn } from './circles-frames.js';

type Kind = 'conversation' | 'circle';

/** A conversation or circle that this socket is in, or will be once it is connected. */
interface Joined {
  readonly kind: Kind;
  readonly id: number;
  /** Id of the last message heard, or after which to recover. */
  after: number | undefined;
  /** Whether it has been in on any connection. */
  entered: boolean;
  readonly waiting: { resolve: () => void; reject: (error: Error) => void }[];
}

export interface ShutOut {
  readonly kind: Kind;
  readonly id: number;
  /** As in the problems of REST. */
  readonly code: string;
  readonly detail: string;
}

interface Host {
  /** Sends, if signed in. @returns false otherwise */
  tell(frame: CirclesToServer, acked: (answer: unknown) => void): boolean;
  shutOut(end: ShutOut): void;
  /** It is back in a conversation without knowing the last message heard. */
  lost(conversation: number): void;
}

/** The server could not check; it may be asked again. */
const PASSING = new Set(['database_unavailable', 'broker_unavailable', 'unavailable', 'rate_limited']);
export const isPassing = (code: string): boolean => PASSING.has(code);
export const laterMs = (): number => fullJitter(0, { firstMs: 2000, longestMs: 2000 });

const JOIN: Readonly<Record<Kind, (id: number, after: number | undefined) => CirclesToServer>> = {
  conversation: (id, after) => ['join_conversation', { conversation_id: id, ...(after !== undefined && { after }) }],
  circle: (id) => ['join_circle', { circle_id: id }],
};
const LEAVE: Readonly<Record<Kind, (id: number) => CirclesToServer>> = {
  conversation: (id) => ['leave_conversation', { conversation_id: id }],
  circle: (id) => ['leave_circle', { circle_id: id }],
};

/** What a socket has joined: it joins again on each connection, and asks for what it missed. */
export class JoinedRooms {
  private readonly rooms = new Map<string, Joined>();

  constructor(private readonly host: Host) {}

  join(kind: Kind, id: number, after?: number): Promise<void> {
    const key = `${kind} ${id}`;
    const room = this.rooms.get(key) ?? { kind, id, after, entered: false, waiting: [] };
    this.rooms.set(key, room);
    return new Promise((resolve, reject) => {
      room.waiting.push({ resolve, reject });
      this.enter(room);
    });
  }

  /** @returns whether it was in the room, or waiting to join */
  leave(kind: Kind, id: number): boolean {
    const room = this.rooms.get(`${kind} ${id}`);
    if (room === undefined) return false;
    this.drop(room, new MessageRefused('left', 'It was left before it was joined'));
    this.host.tell(LEAVE[kind](id), () => undefined);
    return true;
  }

  /** Called on a new connection. */
  enterAll(): void {
    for (const room of this.rooms.values()) this.enter(room);
  }

  /** @returns false for a message heard before */
  heard(conversation: number, message: number): boolean {
    const room = this.rooms.get(`conversation ${conversation}`);
    if (room === undefined) return true;
    if (room.after !== undefined && message <= room.after) return false;
    room.after = message;
    return true;
  }

  /** What was missed is lost: only new messages follow. */
  forget(conversation: number): void {
    const room = this.rooms.get(`conversation ${conversation}`);
    if (room !== undefined) room.after = undefined;
  }

  abandon(error: Error): void {
    for (const room of this.rooms.values()) this.drop(room, error);
  }

  private enter(room: Joined): void {
    const { kind, id, after } = room;
    this.host.tell(JOIN[kind](id, after), (answer) => {
      if (this.rooms.get(`${kind} ${id}`) !== room) return;
      const refusal = refusalIn(answer);
      if (refusal === undefined) this.entered(room, after);
      else this.refused(room, refusal);
    });
  }

  private entered(room: Joined, after: number | undefined): void {
    const isBack = room.entered;
    room.entered = true;
    for (const { resolve } of room.waiting.splice(0)) resolve();
    if (isBack && room.kind === 'conversation' && after === undefined) this.host.lost(room.id);
  }

  private refused(room: Joined, { code, detail }: { readonly code: string; readonly detail: string }): void {
    if (isPassing(code)) {
      setTimeout(() => {
        if (this.rooms.get(`${room.kind} ${room.id}`) === room) this.enter(room);
      }, laterMs());
      return;
    }
    const { kind, id, entered } = room;
    this.drop(room, new MessageRefused(code, detail));
    if (entered) this.host.shutOut({ kind, id, code, detail });
  }

  private drop(room: Joined, error: Error): void {
    this.rooms.delete(`${room.kind} ${room.id}`);
    for (const { reject } of room.waiting.splice(0)) reject(error);
  }
}
