import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from '../../config/app-config.js';

type LifecycleState = 'starting' | 'ready' | 'draining';

/** Something unavailable to this node, other than the database and Redis; `since` by the monotonic clock. */
export interface Lack {
  readonly what: 'media';
  readonly since: number;
}

/** @param undone aborted when the node is to serve again, or drains for good */
type DrainHook = (undone: AbortSignal) => Promise<void> | void;

/** Milliseconds beyond DRAIN_SECONDS that hooks may take to finish what they have begun. */
const MARGIN = 500;
/** Milliseconds after an undone drain during which sockets that were told to go may still end. */
const STILL_ENDING_MS = 10_000;

/** Where this node is between start and end. Readiness reports it; whatever holds sockets drains them when told. */
@Injectable()
export class Lifecycle {
  readonly #logger = new Logger(Lifecycle.name);
  readonly #hooks: DrainHook[] = [];
  readonly #lacks: (() => Lack | undefined)[] = [];
  #isStarted = false;
  #isGoing = false;
  #drained: Promise<void> | undefined;
  /** Ends the drain by which an operator took this node out of service; `undefined` while it is in service. */
  #out: AbortController | undefined;
  #undoneAt = -Infinity;

  constructor(@Inject(AppConfig) private readonly config: AppConfig) {}

  get state(): LifecycleState {
    if (this.#isGoing || this.#out !== undefined) return 'draining';
    return this.#isStarted ? 'ready' : 'starting';
  }

  /** Whether the node ends once it has drained. */
  get isGoing(): boolean {
    return this.#isGoing;
  }

  /** Whether sockets that end now were probably sent away by this node; some still end after a drain was undone. */
  get sendsAway(): boolean {
    return this.state === 'draining' || performance.now() - this.#undoneAt < STILL_ENDING_MS;
  }

  /** Called when the server listens and has everything it needs. */
  markReady(): void {
    this.#isStarted = true;
  }

  /** Starts `hook` with each drain, in parallel with the others; it should end within DRAIN_SECONDS. */
  onDrain(hook: DrainHook): void {
    this.#hooks.push(hook);
  }

  /** `lack` returns what is unavailable to this node at the moment, if anything. */
  onReadiness(lack: () => Lack | undefined): void {
    this.#lacks.push(lack);
  }

  /** What is unavailable to this node, other than the database and Redis. */
  lacks(): Lack[] {
    return this.#lacks.map((lack) => lack()).filter((lack) => lack !== undefined);
  }

  /**
   * Makes readiness fail from now on, for good. Resolves when all hooks have ended or their time is up; the same for
   * every caller.
   */
  drain(): Promise<void> {
    this.#isGoing = true;
    this.#out?.abort();
    this.#drained ??= this.#runHooks(new AbortController().signal);
    return this.#drained;
  }

  /** Drains, but the node keeps running, until `takeBack`. Idempotent. */
  takeOut(): void {
    if (this.state === 'draining') return;
    this.#out = new AbortController();
    void this.#runHooks(this.#out.signal);
  }

  /** Undoes `takeOut`; sockets that have not been sent away yet stay. @returns false when the node is shutting down */
  takeBack(): boolean {
    if (this.#isGoing) return false;
    const out = this.#out;
    if (out === undefined) return true;
    this.#out = undefined;
    this.#undoneAt = performance.now();
    out.abort();
    return true;
  }

  async #runHooks(undone: AbortSignal): Promise<void> {
    const hooks = this.#hooks.map(async (hook) => {
      try {
        await hook(undone);
      } catch (error) {
        this.#logger.error('a drain hook failed', error);
      }
    });
    const limit = new AbortController();
    const late = sleep(this.config.http.drainSeconds * 1_000 + MARGIN, 'late' as const, { signal: limit.signal });
    const end = await Promise.race([Promise.all(hooks), late]);
    if (end === 'late') this.#logger.warn('draining took too long; continuing without waiting');
    late.catch(() => undefined);
    limit.abort();
  }
}
