import { type ConnectionRegistry } from '../dispatch/connection-registry.js';
import { type PlainConnection } from './plain.connection.js';

/**
 * Pings every plain connection once per `registry.slotCount` ticks, using one timer, and ends those that have sent
 * nothing, not even a pong, since their last ping.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private slot = 0;

  constructor(
    private readonly registry: ConnectionRegistry<PlainConnection>,
    private readonly tickMs: number,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => {
      this.tick();
    }, this.tickMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  tick(): void {
    for (const connection of this.registry.inSlot(this.slot)) beat(connection);
    this.slot = (this.slot + 1) % this.registry.slotCount;
  }
}

function beat(connection: PlainConnection): void {
  if (!connection.beat()) connection.terminate();
}
