import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { type SessionOwner, ServiceSessions } from './service-sessions.service.js';
import { keys } from './services.channels.js';

/** Sessions whose host has gone and may come back: this node ends those in time that it took on. */
@Injectable()
export class HostGrace implements OnModuleDestroy {
  private readonly logger = new Logger(HostGrace.name);
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
    private readonly sessions: ServiceSessions,
  ) {}

  onModuleDestroy(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /**
   * From now on a session waits for its host, or goes on waiting until when it was to before.
   * @returns false when somebody else than `held` holds it by now
   */
  async begin(service: number, session: string, held: SessionOwner, seconds: number): Promise<boolean> {
    const until = held.until ?? this.clock.now() + seconds * 1_000;
    const away: SessionOwner = { ...held, until };
    if (!(await this.store.replace(keys.owner(service, session), held, away))) return false;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.end(service, session, away).catch((error: unknown) => {
          this.logger.error({ msg: 'a session could not be ended', service, err: error });
        });
      },
      Math.max(0, until - this.clock.now()),
    );
    timer.unref();
    this.timers.add(timer);
    return true;
  }

  /** Nothing happens to a session that is another's by now. */
  private async end(service: number, session: string, away: SessionOwner): Promise<void> {
    const ended = await this.sessions.retire(service, session, away);
    if (ended) this.sessions.announceEnd(ended);
  }
}
