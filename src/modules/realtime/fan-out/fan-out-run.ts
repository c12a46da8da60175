import { type Connection, type EventEncoder, type Frame } from '../connection.js';
import { type Channel } from '../channel.js';
import { type Members } from './members.js';

/** Tells when a turn of the event loop ends; until then a channel's events are collected. */
export interface TurnEnds {
  /** Runs `task` at the end of this turn, before anything sent during the turn is written. */
  settleThisTurn(task: { runTurn(): void }): void;
}

/** A run that reaches this many bytes is handed over early, so that slow consumers are noticed in time. */
const MAX_BYTES = 65_536;

/** An encoder that can join several frames into one. */
export type JoiningEncoder = EventEncoder & Required<Pick<EventEncoder, 'join'>>;

export function joins(encoder: EventEncoder | null): encoder is JoiningEncoder {
  return encoder?.join !== undefined;
}

/** What one channel with many subscribers has received so far in this turn; none of it has been sent to them yet. */
export class FanOutRun {
  private readonly frames: Frame[] = [];
  private bytes = 0;

  constructor(
    readonly channel: Channel,
    private readonly members: Members,
    private readonly encoder: JoiningEncoder,
  ) {}

  /** @returns false when the run should be handed over now */
  add(frame: Frame): boolean {
    this.frames.push(frame);
    this.bytes += frame.length;
    return this.bytes < MAX_BYTES;
  }

  concerns(connection: Connection): boolean {
    return connection.subscriptions?.has(this.channel) ?? false;
  }

  /** Sends everything collected, visiting each subscriber once. */
  handOver(): void {
    const [first] = this.frames;
    if (first === undefined) return;
    const frame = this.frames.length === 1 ? first : this.encoder.join(this.frames);
    for (const member of this.members.list) member.send(frame);
  }
}
