import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from '../../config/app-config.js';

export type LifecycleState = 'starting' | 'ready' | 'draining';

/** Milliseconds beyond DRAIN_SECONDS that hooks may take to finish what they began. */
const MARGIN = 500;

/** Where this node stands between start and end. Readiness tells it; whoever holds sockets lets them go when told. */
@Injectable()
export class Lifecycle {
  readonly #logger = new Logger(Lifecycle.name);
  readonly #hooks: (() => Promise<void> | void)[] = [];
  readonly #lacks: (() => string | undefined)[] = [];
  #state: LifecycleState = 'starting';
  #drained: Promise<void> | undefined;

  constructor(@Inject(AppConfig) private readonly config: AppConfig) {}

  get state(): LifecycleState {
    return this.#state;
  }

  /** The server listens and has everything it needs. Once draining, always draining. */
  markReady(): void {
    if (this.#state === 'starting') this.#state = 'ready';
  }

  /** `hook` starts with the drain, beside the others, and should end within DRAIN_SECONDS. */
  onDrain(hook: () => Promise<void> | void): void {
    this.#hooks.push(hook);
  }

  /** `lack` names what this node has to do without at the moment, if anything. */
  onReadiness(lack: () => string | undefined): void {
    this.#lacks.push(lack);
  }

  /** What this node has to do without, beside the database and the bus. */
  lacks(): string[] {
    return this.#lacks.map((lack) => lack()).filter((lack) => lack !== undefined);
  }

  /** Readiness fails from now on. Resolves when all hooks have ended or their time is up; the same for every caller. */
  drain(): Promise<void> {
    this.#state = 'draining';
    this.#drained ??= this.#drainOnce();
    return this.#drained;
  }

  async #drainOnce(): Promise<void> {
    const hooks = this.#hooks.map(async (hook) => {
      try {
        await hook();
      } catch (error) {
        this.#logger.error('a drain hook failed', error);
      }
    });
    const limit = new AbortController();
    const late = sleep(this.config.http.drainSeconds * 1_000 + MARGIN, 'late' as const, { signal: limit.signal });
    const end = await Promise.race([Promise.all(hooks), late]);
    if (end === 'late') this.#logger.warn('draining took too long; going on without it');
    late.catch(() => undefined);
    limit.abort();
  }
}
