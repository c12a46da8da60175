import { Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { type Connection } from '../realtime/connection.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { type Hub } from '../realtime/fan-out/hub.js';
import { type LogKind } from './log-kind.js';
import { type OrderedFeed } from './ordered-feed.js';

/** A replay sends its next message only if no more than this then waits for the reader. */
const AHEAD_BYTES = 16_384;
/**
 * A reader whose queue does not drain within this many milliseconds is closed; its replay would otherwise wait forever.
 */
const PATIENCE_MS = 60_000;

/** A connection that is sent messages no faster than it reads them. */
export interface PacedReader extends Connection {
  /** Bytes in its outbound queue. */
  readonly queuedBytes: number;
  /** Resolves when the reader has taken (nearly) everything that was sent, or the connection has closed. */
  whenDrained(): Promise<void>;
}

/** Brings returning readers up to date, at the pace of their socket, and hands them over to the live feed. */
export class CatchUp<E extends HubEvent> {
  private readonly logger = new Logger(CatchUp.name);

  constructor(
    private readonly kind: LogKind<E>,
    private readonly hub: Hub,
  ) {}

  /**
   * Replays everything after `from`, then subscribes `reader` to what follows. A reader that cannot be sent all of it
   * is closed and has to come back. Never throws.
   * @param isIn whether it may still read the log
   */
  async run(reader: PacedReader, feed: OrderedFeed<E>, from: number, isIn: () => boolean): Promise<void> {
    feed.beginCatchUp();
    try {
      if (!(await this.replay(reader, feed, from, isIn))) reader.close(DISCONNECT.slowConsumer);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) {
        this.logger.error({ msg: 'a replay failed', connectionId: reader.id, stack: (error as Error).stack });
      }
      reader.close(DISCONNECT.tryLater);
    } finally {
      feed.caughtUp();
    }
  }

  /** @returns false when some of what the reader still needs is gone */
  private async replay(reader: PacedReader, feed: OrderedFeed<E>, from: number, isIn: () => boolean): Promise<boolean> {
    const { epoch } = feed;
    let at = from;
    for (;;) {
      await drained(reader);
      if (!isIn()) return true;
      if (feed.epoch !== epoch) return false;
      const joined = feed.join(reader, at);
      if (joined !== false) {
        await joined;
        return true;
      }
      // Read before the page: everything the feed has told by now is committed, so the page includes it.
      const { position } = feed;
      const page = await this.kind.page(feed.log, at, epoch);
      if (feed.epoch !== epoch) return false;
      for (const event of page) {
        if (!this.kind.follows(event, at)) return false;
        const { queuedBytes } = reader;
        if (queuedBytes > 0 && queuedBytes + this.kind.sizeOf(event) > AHEAD_BYTES) await drained(reader);
        if (!isIn()) return true;
        this.hub.sendTo(reader, event);
        at = this.kind.positionOf(event);
      }
      if (page.length === 0 && position > at) {
        const next = this.kind.passOver(at, position);
        if (next === undefined) return false;
        at = next;
      }
      if (at > feed.position) await feed.reach(at);
    }
  }
}

async function drained(reader: PacedReader): Promise<void> {
  const impatience = setTimeout(() => {
    reader.close(DISCONNECT.slowConsumer);
  }, PATIENCE_MS);
  try {
    await reader.whenDrained();
  } finally {
    clearTimeout(impatience);
  }
}
