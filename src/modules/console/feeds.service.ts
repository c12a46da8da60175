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
  /** There is nothing more to tell. */
  end(): void;
}

/** Something that consoles may follow. */
export interface FeedSource {
  /** Who may. */
  readonly needs: Role;
  /**
   * From now on `reader` is told what happens.
   * @returns what ends that
   * @throws AppError `not_found`, `broker_unavailable`, `database_unavailable`
   */
  open(reader: FeedReader, wish: FeedWish): Promise<() => void>;
}

/** What consoles may follow: each feature says how, and consoles know no feature. */
@Injectable()
export class Feeds implements OnApplicationShutdown {
  private readonly sources = new Map<FeedTopic, FeedSource>();
  /** What is done once a second, and whether that is under way. */
  private readonly tasks = new Map<() => Promise<void>, boolean>();
  private timer: NodeJS.Timeout | undefined;

  know(topic: FeedTopic, source: FeedSource): void {
    this.sources.set(topic, source);
  }

  of(topic: FeedTopic): FeedSource {
    const source = this.sources.get(topic);
    if (source === undefined) throw new Error(`nobody tells ${topic}`);
    return source;
  }

  /** `look` runs once a second until `rest`; never twice at a time. It must not reject. There is one timer for all. */
  look(look: () => Promise<void>): void {
    if (!this.tasks.has(look)) this.tasks.set(look, false);
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  /** `look` runs as long as there are `readers`, of whom `reader` is one from now on. @returns ends that */
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
