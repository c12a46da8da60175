import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeKey } from '../../realtime/ports/store-key.js';
import { BackgroundSweep } from '../../realtime/resilience/background-sweep.js';
import { Leases } from '../../realtime/resilience/leases.service.js';
import { MessagesRepository } from './messages.repository.js';

const SWEEP_MS = 30_000;
/** Messages that one statement deletes, before it pauses for others. */
const CHUNK = 2_000;
const PAUSE_MS = 20;

/** Deletes what removed conversations leave behind, a little at a time. */
@Injectable()
export class ConversationSweeper extends BackgroundSweep {
  constructor(
    private readonly repository: MessagesRepository,
    leases: Leases,
  ) {
    super(leases, storeKey('circles', 'sweeper'), SWEEP_MS);
  }

  async sweep(): Promise<void> {
    await this.repeat(async () => {
      await sleep(PAUSE_MS);
      return this.repository.sweepRemoved(CHUNK);
    });
  }
}
