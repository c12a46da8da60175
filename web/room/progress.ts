import { type Recovered, type RoomMessage } from '@switchboard/client/rooms';

/** How far this page has come in a durable room. The server promises that nothing goes missing; here that can be seen. */
export class Progress {
  private newest = 0;
  private epoch = '';
  private lost = 0;

  /** Of the newest message; 0 where none are numbered. */
  get offset() {
    return this.newest;
  }

  /** Messages that never came. */
  get missing() {
    return this.lost;
  }

  /** @returns how many messages were said while this page was away */
  recovered({ recovered, offset, epoch }: Recovered): number {
    const missed = offset - this.newest;
    if (!recovered) this.newest = offset;
    this.epoch = epoch;
    return missed;
  }

  /** @returns the first and the last of those that should have come before it */
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
