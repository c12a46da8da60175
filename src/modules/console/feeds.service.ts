import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Role } from '../../common/security/role.js';
import { type UserPrincipal } from '../auth/principals/user-principal.js';
import { type FeedFact, type FeedTopic, type FeedWish, type SaidMessage } from './console.events.js';

const TICK_MS = 1_000;

/** One subscription of one console, as a source sees it. */
export interface FeedReader {
  readonly principal: UserPrincipal;
  readonly address: string;
  readonly userAgent: string | null;
  tell(fact: FeedFact): void;
  say(message: SaidMessage): void;
  /** Ends the subscription: there is nothing more to tell. */
  end(): void;
}

/** Something that consoles may follow. */
export interface FeedSource {
  /** The role needed. */
  readonly needs: Role;
  /**
   * Starts telling `reader` what happens.
   * @returns a function that stops it
   * @throws AppError `not_found`, `broker_unavailable`, `database_unavailable`
   */
  open(reader: FeedReader, wish: FeedWish): Promise<() => void>;
}

/** What consoles may follow: each feature registers its sources; consoles know no feature. */
@Injectable()
export class Feeds implements OnApplicationShutdown {
  private readonly sources = new Map<FeedTopic, FeedSource>();
  /** Tasks that run once a second, and whether each is running now. */
  private readonly tasks = new Map<() => Promise<void>, boolean>();
  private timer: NodeJS.Timeout | undefined;

  know(topic: FeedTopic, source: FeedSource): void {
    this.sources.set(topic, source);
  }

  of(topic: FeedTopic): FeedSource {
    const source = this.sources.get(topic);
    if (source === undefined) throw new Error(`there is no source for ${topic}`);
    return source;
  }

  /** Runs `look` once a second until `rest`, never twice at a time; it must not reject. All share one timer. */
  look(look: () => Promise<void>): void {
    if (!this.tasks.has(look)) this.tasks.set(look, false);
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  /** Adds `reader` to `readers`, and runs `look` as long as there are any. @returns a function that removes `reader` */
  join(readers: Set<FeedReader>, reader: FeedReader, look: () => Promise<void>): () => void {
    readers.add(reader);
    this.look(look);
    return () => {
      readers.delete(reader);
      if (readers.size === 0) this.rest(look);
    };
  }

  rest(look: () => Promise<void>): void {
    this.tasks.delete(look);
    if (this.tasks.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Public for tests, which do not wait. */
  tick(): void {
    for (const [look, isBusy] of this.tasks) {
      if (isBusy) continue;
      this.tasks.set(look, true);
      void look().finally(() => {
        if (this.tasks.has(look)) this.tasks.set(look, false);
      });
    }
  }
}
