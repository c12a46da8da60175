import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { type RoomConnection } from '../room-connection.js';

const TICK_MS = 250;

/** Closes the connections of this node when their endpoint expires. Costs nothing per connection that does not. */
@Injectable()
export class SeatExpiry implements OnModuleDestroy {
  /** By the tick in which they expire. */
  private readonly due = new Map<number, Set<RoomConnection>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  /** @param at milliseconds since the epoch */
  expect(connection: RoomConnection, at: number): void {
    const tick = Math.ceil(at / TICK_MS);
    let connections = this.due.get(tick);
    if (!connections) this.due.set(tick, (connections = new Set()));
    connections.add(connection);
    this.timer ??= setInterval(() => {
      this.run();
    }, TICK_MS).unref();
  }

  /** The connection has ended. */
  forget(connection: RoomConnection, at: number): void {
    this.due.get(Math.ceil(at / TICK_MS))?.delete(connection);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Looks at every tick that is due: the clock may have stepped, over many of them or back. */
  private run(): void {
    const now = Math.floor(this.clock.now() / TICK_MS);
    for (const [tick, connections] of this.due) {
      if (tick > now && connections.size > 0) continue;
      this.due.delete(tick);
      for (const connection of connections) connection.close(DISCONNECT.notAllowed);
    }
    if (this.due.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
