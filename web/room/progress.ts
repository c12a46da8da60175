import { type Recovered, type RoomMessage } from '@switchboard/client/rooms';

/** This page's position in a durable room. The server promises that nothing goes missing; here it can be seen. */
export class Progress {
  private newest = 0;
  private epoch = '';
  private lost = 0;

  /** Offset of the newest message; 0 where messages have none. */
  get offset() {
    return this.newest;
  }

  /** Messages that never came. */
  get missing() {
    return this.lost;
  }

  /** @returns the number of messages sent while this page was away */
  recovered({ recovered, offset, epoch }: Recovered): number {
    const missed = offset - this.newest;
    if (!recovered) this.newest = offset;
    this.epoch = epoch;
    return missed;
  }

  /** @returns the first and last of the messages that should have come before it */
  heard({ offset, epoch }: RoomMessage): { first: number; last: number } | null {
    if (offset === undefined || epoch === undefined) return null;
    const first = this.newest + 1;
    const isGap = epoch === this.epoch && offset !== first && first > 1;
    this.newest = offset;
    this.epoch = epoch;
    if (!isGap) return null;
    this.lost += offset - first;
    return { first, last: offset - 1 };
  }
}
