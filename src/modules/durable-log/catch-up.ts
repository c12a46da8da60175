import { Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { type Connection } from '../realtime/connection.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { type Hub } from '../realtime/fan-out/hub.js';
import { type LogKind } from './log-kind.js';
import { type OrderedFeed } from './ordered-feed.js';

/** The next message of a replay waits while more than this would wait for the reader. */
const AHEAD_BYTES = 16_384;
/** A reader that does not take this much in so many milliseconds is closed: its replay would wait for ever. */
const PATIENCE_MS = 60_000;

/** A connection that can be told no faster than it reads. */
export interface PacedReader extends Connection {
  /** Bytes that wait for its reader. */
  readonly queuedBytes: number;
  /** Resolves when the reader has taken (nearly) everything that was sent, or the connection has closed. */
  whenDrained(): Promise<void>;
}

/** Brings readers that come back up to date, at the pace of their socket, and lets them into the live feed. */
export class CatchUp<E extends HubEvent> {
  private readonly logger = new Logger(CatchUp.name);

  constructor(
    private readonly kind: LogKind<E>,
    private readonly hub: Hub,
  ) {}

  /**
   * Replays what is behind `from`, then lets `reader` hear what follows. A reader that cannot be told all of it is closed
   * and has to come back. Never throws.
   * @param isIn whether it may still hear the log
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

  /** @returns false when what it has still to be told is gone */
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
      // Everything the feed has told was committed before the page is read.
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
