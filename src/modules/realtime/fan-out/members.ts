import { type Connection, type EventEncoder } from '../connection.js';
import { type Picture } from './picture.js';

/** Above this many members, removal uses an index of positions instead of a search. */
const INDEXED_FROM = 24;

/**
 * The connections subscribed to one channel: an array for fast fan-out, with constant-time removal in large channels
 * and no index in the many small ones.
 */
export class Members {
  readonly list: Connection[] = [];
  /** The encoder that all members share; `null` once there have been several. */
  encoder: EventEncoder | null = null;
  /** What they were told of who is there, for channels whose announcements the bus may lose. */
  picture: Picture | null = null;
  private positions: Map<Connection, number> | null = null;
  /** The stretch being counted; below, the deliveries in it and in the one before. */
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

  /** Counts one message handed to every member. */
  deliver(stretch: number): void {
    if (this.stretch !== stretch) this.turnTo(stretch);
    this.delivered += this.list.length;
  }

  /** Messages handed to members in this stretch and the one before. */
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
