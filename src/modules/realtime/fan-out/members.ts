import { type Connection, type EventEncoder } from '../connection.js';
import { type Picture } from './picture.js';

/** Above this many members removal looks positions up instead of searching. */
const INDEXED_FROM = 24;

/**
 * The connections subscribed to one channel: an array for fast fan-out, with constant-time removal in large channels
 * and no index at all in the small ones, of which there are many.
 */
export class Members {
  readonly list: Connection[] = [];
  /** The encoder of all members, `null` when there have been several. */
  encoder: EventEncoder | null = null;
  /** What they were told of who is there, where that can be missed. */
  picture: Picture | null = null;
  private positions: Map<Connection, number> | null = null;
  /** Deliveries in a stretch of time, and in the one before it. */
  private stretch = 0;
  private delivered = 0;
  private deliveredBefore = 0;

  add(connection: Connection): void {
    if (this.list.length === 0) this.encoder = connection.encoder;
    else if (this.encoder !== connection.encoder) this.encoder = null;
    this.positions?.set(connection, this.list.length);
    this.list.push(connection);
    if (this.positions === null && this.list.length > INDEXED_FROM) {
      this.positions = new Map(this.list.map((member, position) => [member, position]));
    }
  }

  /** All members are handed a message. */
  deliver(stretch: number): void {
    if (this.stretch !== stretch) this.turnTo(stretch);
    this.delivered += this.list.length;
  }

  /** Messages handed to members in this stretch and in the one before. */
  deliveredLately(stretch: number): number {
    if (this.stretch !== stretch) this.turnTo(stretch);
    return this.delivered + this.deliveredBefore;
  }

  private turnTo(stretch: number): void {
    this.deliveredBefore = this.stretch === stretch - 1 ? this.delivered : 0;
    this.delivered = 0;
    this.stretch = stretch;
  }

  remove(connection: Connection): void {
    const position = this.positions ? (this.positions.get(connection) ?? -1) : this.list.indexOf(connection);
    if (position < 0) return;
    this.positions?.delete(connection);
    const last = this.list.pop();
    if (last !== undefined && last !== connection) {
      this.list[position] = last;
      this.positions?.set(last, position);
    }
  }
}
