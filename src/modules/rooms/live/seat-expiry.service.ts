import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { Timers } from '../../../common/time/timers.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { type RoomConnection } from '../room-connection.js';

const TICK_MS = 250;
/** How long before its end the holder of a token is warned. */
const NOTICE_MS = 10_000;

type Act = (connection: RoomConnection) => void;

const close: Act = (connection) => {
  connection.close(DISCONNECT.notAllowed);
};

/**
 * Closes this node's connections when their endpoint or token expires. Costs nothing for connections that never expire.
 */
@Injectable()
export class SeatExpiry implements OnModuleDestroy {
  /** What to do with which connections, by tick. */
  private readonly due = new Map<number, Map<RoomConnection, Act>>();
  private end: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /**
   * @param at milliseconds since the epoch
   * @param warn called with the seconds left, at most ten, in time to present a new token
   */
  expect(connection: RoomConnection, at: number, warn?: (seconds: number) => void): void {
    this.enter(connection, at, close);
    if (warn === undefined) return;
    const notice = () => {
      warn(Math.max(0, Math.round((at - this.clock.now()) / 1_000)));
    };
    if (at - NOTICE_MS > this.clock.now()) this.enter(connection, at - NOTICE_MS, notice);
    else notice();
  }

  /** The connection has ended, or was given a new deadline. */
  forget(connection: RoomConnection, at: number): void {
    for (const each of [at, at - NOTICE_MS]) this.due.get(tickOf(each))?.delete(connection);
  }

  onModuleDestroy(): void {
    this.end?.();
  }

  private enter(connection: RoomConnection, at: number, act: Act): void {
    const tick = tickOf(at);
    let connections = this.due.get(tick);
    if (!connections) this.due.set(tick, (connections = new Map<RoomConnection, Act>()));
    connections.set(connection, act);
    this.end ??= this.timers.every(TICK_MS, () => {
      this.run();
    });
  }

  /** Checks every entry, because the clock may have stepped over many ticks, or back. */
  private run(): void {
    const now = Math.floor(this.clock.now() / TICK_MS);
    for (const [tick, connections] of this.due) {
      if (tick > now && connections.size > 0) continue;
      this.due.delete(tick);
      for (const [connection, act] of connections) act(connection);
    }
    if (this.due.size > 0) return;
    this.end?.();
    this.end = undefined;
  }
}

const tickOf = (at: number): number => Math.ceil(at / TICK_MS);
