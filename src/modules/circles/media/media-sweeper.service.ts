import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { AppConfig } from '../../../config/app-config.js';
import { Messages } from '../messages/messages.service.js';
import { MediaRepository } from './media.repository.js';
import { Thumbnails } from './content/thumbnails.service.js';
import { MediaStorage } from './storage/media-storage.js';

const SWEEP_MS = 300_000;
const HOUR_MS = 3_600_000;
const BATCH = 100;
/** A thumbnail that is still not made after this time was left by a node that has ended. */
const BELATED_MINUTES = 30;

/**
 * Removes files that no message has any more, gives up on uploads that never came, and takes over thumbnails left
 * undone.
 */
@Injectable()
export class MediaSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MediaSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly repository: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly thumbnails: Thumbnails,
    private readonly messages: Messages,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweepSoon();
    }, SWEEP_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    await this.running;
  }

  sweepSoon(): void {
    void this.sweep();
  }

  /** Runs one at a time. Never rejects: the next round does what this one could not. */
  sweep(): Promise<void> {
    this.running = this.running.then(async () => {
      try {
        await this.giveUp();
        await this.collect();
        for (const picture of await this.repository.takeBelated(BELATED_MINUTES, BATCH)) {
          this.thumbnails.makeSoon(picture);
        }
      } catch (error) {
        this.logger.debug({ msg: 'media could not be swept', reason: (error as Error).message });
      }
    });
    return this.running;
  }

  private async giveUp(): Promise<void> {
    const before = new Date(this.clock.now() - this.config.media.pendingHours * HOUR_MS);
    for (;;) {
      const given = await this.repository.giveUp(before, this.clock.date(), BATCH);
      for (const { conversationId, messageId, deleted } of given) {
        this.messages.announceChange(conversationId, messageId, deleted ? 'delete' : 'update');
      }
      if (this.stopped || given.length === 0) return;
    }
  }

  private async collect(): Promise<void> {
    for (;;) {
      const keys = await this.repository.dueGarbage(BATCH);
      for (const key of keys) {
        if (this.stopped) return;
        await this.storage.remove(key);
        await this.repository.forgetGarbage(key);
      }
      if (keys.length < BATCH) return;
    }
  }
}
