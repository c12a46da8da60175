import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from '../../config/app-config.js';

type LifecycleState = 'starting' | 'ready' | 'draining';

/** Something this node has to do without, beside the database and the bus; `since` by the monotonic clock. */
export interface Lack {
  readonly what: 'media';
  readonly since: number;
}

/** @param undone aborted when the node is to serve again, or drains anew */
type DrainHook = (undone: AbortSignal) => Promise<void> | void;

/** Milliseconds beyond DRAIN_SECONDS that hooks may take to finish what they began. */
const MARGIN = 500;
/** Milliseconds after a drain that was undone in which sockets end that were told to go. */
const STILL_ENDING_MS = 10_000;

/** Where this node stands between start and end. Readiness tells it; whoever holds sockets lets them go when told. */
@Injectable()
export class Lifecycle {
  readonly #logger = new Logger(Lifecycle.name);
  readonly #hooks: DrainHook[] = [];
  readonly #lacks: (() => Lack | undefined)[] = [];
  #isStarted = false;
  #isGoing = false;
  #drained: Promise<void> | undefined;
  /** Ends the drain by which an operator took this node out; `undefined` while it is in. */
  #out: AbortController | undefined;
  #undoneAt = -Infinity;

  constructor(@Inject(AppConfig) private readonly config: AppConfig) {}

  get state(): LifecycleState {
    if (this.#isGoing || this.#out !== undefined) return 'draining';
    return this.#isStarted ? 'ready' : 'starting';
  }

  /** It ends once it has drained. */
  get isGoing(): boolean {
    return this.#isGoing;
  }

  /** Whether it is likely to have told those to go whose sockets end now: some are still ending when a drain is undone. */
  get sendsAway(): boolean {
    return this.state === 'draining' || performance.now() - this.#undoneAt < STILL_ENDING_MS;
  }

  /** The server listens and has everything it needs. */
  markReady(): void {
    this.#isStarted = true;
  }

  /** `hook` starts with each drain, beside the others, and should end within DRAIN_SECONDS. */
  onDrain(hook: DrainHook): void {
    this.#hooks.push(hook);
  }

  /** `lack` names what this node has to do without at the moment, if anything. */
  onReadiness(lack: () => Lack | undefined): void {
    this.#lacks.push(lack);
  }

  /** What this node has to do without, beside the database and the bus. */
  lacks(): Lack[] {
    return this.#lacks.map((lack) => lack()).filter((lack) => lack !== undefined);
  }

  /** Readiness fails from now on, for good. Resolves when all hooks have ended or their time is up; the same for every caller. */
  drain(): Promise<void> {
    this.#isGoing = true;
    this.#out?.abort();
    this.#drained ??= this.#runHooks(new AbortController().signal);
    return this.#drained;
  }

  /** Drains, but the node stays, until `takeBack`. Idempotent. */
  takeOut(): void {
    if (this.state === 'draining') return;
    this.#out = new AbortController();
    void this.#runHooks(this.#out.signal);
  }

  /** Undoes `takeOut`; whoever has not been sent away yet stays. @returns false when the node is going for good */
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
    if (end === 'late') this.#logger.warn('draining took too long; going on without it');
    late.catch(() => undefined);
    limit.abort();
  }
}
