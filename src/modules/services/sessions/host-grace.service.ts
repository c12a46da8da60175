import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { Timers } from '../../../common/time/timers.js';
import { Lifecycle } from '../../health/lifecycle.js';
import { ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { untilAvailable } from '../../realtime/resilience/until-available.js';
import { ServiceSessions } from './service-sessions.service.js';
import { keys } from '../services.channels.js';
import { type SessionOwner } from '../service-state.js';
import { topic } from '../../realtime/fan-out/topic.js';

/** Topic between nodes. */
const DRAINS = topic<null, boolean>('services.drains');
const ASK_MS = 1_000;
/**
 * Seconds that hosts have at least to come back when a draining node sent them away, whatever the service's setting.
 */
const DRAIN_SECONDS = 10;

/**
 * Sessions whose host has gone and may come back. This node ends those it has taken charge of when their time is up.
 */
@Injectable()
export class HostGrace implements OnModuleDestroy {
  private readonly logger = new Logger(HostGrace.name);
  /** One function per scheduled end, which cancels it. */
  private readonly ends = new Set<() => void>();

  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly sessions: ServiceSessions,
    @Inject(Lifecycle) private readonly lifecycle: Pick<Lifecycle, 'sendsAway' | 'isGoing'>,
    private readonly cluster: ClusterQuery,
  ) {
    cluster.answer(DRAINS, () => this.drains);
  }

  onModuleDestroy(): void {
    for (const prevent of this.ends) prevent();
  }

  /** Whether this node ends soon, and its leases with it. */
  get isGoing(): boolean {
    return this.lifecycle.isGoing;
  }

  /** Whether hosts leave because this node sends them away. */
  private get drains(): boolean {
    return this.lifecycle.sendsAway;
  }

  /**
   * Seconds that a session waits for its host, given its service's setting. Hosts sent away by a drain always get some
   * time.
   */
  seconds(setting: number, drained = this.drains): number {
    return drained ? Math.max(setting, DRAIN_SECONDS) : setting;
  }

  /** Whether a session waits for its host, or is about to because its node is draining. */
  async isOpen({ connection, until }: SessionOwner): Promise<boolean> {
    if (until !== null) return true;
    const [node = ''] = connection.split('-');
    if (!this.cluster.knows(node)) return false;
    const { answers } = await this.cluster.ask(DRAINS, null, { node, timeoutMs: ASK_MS });
    return answers.some(({ value }) => value);
  }

  /**
   * Makes a session wait for its host; if it already waits, its deadline stays.
   * @returns false when somebody other than `held` holds it by now
   */
  async begin(service: number, session: string, held: SessionOwner, seconds: number): Promise<boolean> {
    const until = held.until ?? this.clock.now() + seconds * 1_000;
    const away: SessionOwner = { ...held, until };
    if (!(await this.store.replace(keys.owner(service, session), held, away))) return false;
    const prevent = this.timers.after(
      // Another node's clock may differ, and any clock may have stepped: never wait longer than agreed.
      Math.min(Math.max(0, until - this.clock.now()), this.seconds(seconds, true) * 1_000),
      () => {
        this.ends.delete(prevent);
        untilAvailable(() => this.end(service, session, away)).catch((error: unknown) => {
          this.logger.error({ msg: 'a session could not be ended', service, err: error });
        });
      },
    );
    this.ends.add(prevent);
    return true;
  }

  /** Leaves a session alone that somebody else holds by now. */
  private async end(service: number, session: string, away: SessionOwner): Promise<void> {
    const ended = await this.sessions.retire(service, session, away);
    if (ended) this.sessions.announceEnd(ended);
  }
}
