import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { reportFailure } from '../../../common/outages/outages.js';
import { MessagesRepository } from './messages.repository.js';

const SWEEP_MS = 30_000;
/** One statement deletes so many messages, and then lets others work. */
const CHUNK = 2_000;
const PAUSE_MS = 20;

/** Deletes what removed conversations leave behind, a little at a time. */
@Injectable()
export class ConversationSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ConversationSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly repository: MessagesRepository) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.sweep());
    }, SWEEP_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    await this.running;
  }

  /** Never rejects: the next round does what this one could not. */
  async sweep(): Promise<void> {
    try {
      while (!this.stopped && (await this.repository.sweepRemoved(CHUNK))) await sleep(PAUSE_MS);
    } catch (error) {
      reportFailure(this.logger, 'removed conversations could not be cleared', error);
    }
  }
}
