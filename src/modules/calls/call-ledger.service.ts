import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { randomToken } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { reportFailure } from '../../common/outages/outages.js';
import { MonotonicClock } from '../../common/time/monotonic-clock.js';
import { CallChanges, type CallOutcome, type CallParty, type CallProtocol, type CallRef } from './call-changes.js';
import { CallLedgerRepository } from './call-ledger.repository.js';

/** Milliseconds that changes wait for others to be written with. */
const WRITE_AFTER = 100;
/** Milliseconds until the next try while the database is away. */
const RETRY_AFTER = 1_000;
/** Milliseconds between two renewals of what this node vouches for; three may fail. */
const RENEW_EVERY = 5_000;
export const LEASE_MS = 20_000;
/** Calls whose changes may wait while the database is away. */
const MAX_WAITING = 100_000;
/** Milliseconds that handlers of ended sockets get at shutdown to say what they know. */
const LAST_WORDS = 500;
const MAX_NAME = 100;

/** Milliseconds by which the clock of the database may run apart from ours between two renewals. */
const MAX_DRIFT = 2_000;

interface Anchor {
  readonly time: number;
  readonly elapsed: number;
}

/**
 * What calls there were: each protocol tells it what happens, in the order it happens on this node. Nothing here waits
 * or throws: it is written behind, several changes at once, again and again while the database is away, and at shutdown.
 * Several nodes may report on one call, in any order.
 *
 * A node vouches by a lease for the calls its own sockets are in; those of a killed node end with it as `failed`.
 */
@Injectable()
export class CallLedger implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(CallLedger.name);
  private readonly changes = new CallChanges();
  /** Calls this node vouches for, with the parties it does so for: bookkeeping of its own sockets, shared with nobody. */
  private readonly held = new Map<string, Set<string>>();
  /** When this node first had to do with a call, by both clocks: from there on its times go by the one that does not step. */
  private readonly anchors = new Map<string, Anchor>();
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private troubledUntil = 0;
  /** The database's clock as last seen. */
  private theirs: Anchor | undefined;
  private stopped = false;

  constructor(
    private readonly repository: CallLedgerRepository,
    private readonly clock: Clock,
    private readonly monotonic: MonotonicClock,
  ) {}

  /** A call that will be reported on. */
  newCall(protocol: CallProtocol): CallRef {
    return { key: randomToken(16), protocol };
  }

  /**
   * `from`, a socket of this node or of one that died, rings `to`. The call is `ringing` until somebody answers.
   * @param at when, if that was not just now
   */
  rang(call: CallRef, from: CallParty, to: CallParty, at = this.timeIn(call)): void {
    for (const party of [from, to]) this.describe(call, party, at);
    this.hold(call, from.sid);
    this.schedule();
  }

  /** The call is `live`. @param at since when, if not just now */
  answered(call: CallRef, at = this.timeIn(call)): void {
    this.changes.of(call, at).answeredAt ??= at;
    this.schedule();
  }

  /** `party`, a socket of this node, is in the call, for the first time or again. */
  joined(call: CallRef, party: CallParty): void {
    this.joinedElsewhere(call, party);
    this.hold(call, party.sid);
  }

  /** As `joined`, of a socket of another node, which vouches for it. */
  joinedElsewhere(call: CallRef, party: CallParty, at = this.timeIn(call)): void {
    const change = this.describe(call, party, at);
    change.cameAt = at;
    change.joinedAt ??= change.cameAt;
    change.present = true;
    delete change.leftAt;
    this.schedule();
  }

  left(call: CallRef, sid: string): void {
    const now = this.timeIn(call);
    const change = this.changes.party(call, sid, now);
    change.present = false;
    change.leftAt = now;
    this.release(call.key, sid);
    this.schedule();
  }

  /** What others see and hear of a party. */
  changed(call: CallRef, sid: string, state: { readonly muted?: boolean; readonly videoOff?: boolean }): void {
    Object.assign(this.changes.party(call, sid, this.timeIn(call)), state);
    this.schedule();
  }

  /** The call is over; the first end counts. @param by sid of the party that ended it */
  ended(call: CallRef, outcome: CallOutcome, by?: string): void {
    const now = this.timeIn(call);
    const change = this.changes.of(call, now);
    if (change.endedAt === undefined) {
      change.endedAt = now;
      change.outcome = outcome;
      if (outcome === 'failed') change.reason = 'node_lost';
      if (by !== undefined) change.endedBy = by;
    }
    this.held.delete(call.key);
    this.schedule();
  }

  /** Everything reported so far is written, or the database is away. */
  async flush(): Promise<void> {
    await this.writing;
    await this.write();
  }

  /** What this node vouches for stays; what nobody vouches for any more has ended. */
  async renew(): Promise<void> {
    await this.flush();
    try {
      const keys = [...this.held.keys()].filter((key) => !this.changes.has(key));
      const live = new Set(await this.repository.renew(keys, LEASE_MS));
      for (const key of keys) if (!live.has(key)) this.held.delete(key);
      for (const key of this.anchors.keys()) {
        if (!this.held.has(key) && !this.changes.has(key)) this.anchors.delete(key);
      }
      // After trouble the other nodes first get the time to vouch for theirs.
      if (this.hasSteadyLeases(await this.repository.clock())) await this.repository.endLapsed(2 * LEASE_MS);
    } catch (error) {
      this.trouble(error);
    }
  }

  onApplicationBootstrap(): void {
    const tick = (): void => {
      this.renewal = setTimeout(() => {
        void this.renew().then(() => {
          if (!this.stopped) tick();
        });
      }, RENEW_EVERY);
      this.renewal.unref();
    };
    tick();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.renewal);
    const deadline = this.monotonic.elapsed() + LAST_WORDS;
    while (this.held.size > 0 && this.monotonic.elapsed() < deadline) await sleep(10);
    clearTimeout(this.timer);
    await this.flush();
    if (this.changes.size > 0) this.logger.error({ msg: 'calls could not be recorded', calls: this.changes.size });
  }

  private describe(call: CallRef, { sid, name, userId }: CallParty, at: number) {
    const change = this.changes.party(call, sid, at);
    change.name = storable(name);
    if (userId !== undefined) change.userId = userId;
    return change;
  }

  /** Now, as far as this call goes: its times are in order on this node whatever steps the wall clock takes. */
  private timeIn({ key }: CallRef): number {
    const elapsed = this.monotonic.elapsed();
    const anchor = this.anchors.get(key) ?? { time: this.clock.now(), elapsed };
    this.anchors.set(key, anchor);
    return Math.round(anchor.time + elapsed - anchor.elapsed);
  }

  /** Whether leases of others tell anything: not while they may still be by a clock that has stepped. */
  private hasSteadyLeases(time: number): boolean {
    const elapsed = this.monotonic.elapsed();
    const drift = this.theirs === undefined ? 0 : time - this.theirs.time - (elapsed - this.theirs.elapsed);
    this.theirs = { time, elapsed };
    if (Math.abs(drift) > MAX_DRIFT) this.troubledUntil = elapsed + LEASE_MS;
    return elapsed >= this.troubledUntil;
  }

  private hold({ key }: CallRef, sid: string): void {
    const sids = this.held.get(key);
    if (sids) sids.add(sid);
    else this.held.set(key, new Set([sid]));
  }

  private release(key: string, sid: string): void {
    const sids = this.held.get(key);
    sids?.delete(sid);
    if (sids?.size === 0) this.held.delete(key);
  }

  private schedule(after = WRITE_AFTER): void {
    if (this.stopped) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.write();
    }, after);
  }

  /** One write at a time; never rejects. */
  private write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    const batch = this.changes.takeAll();
    if (batch.length === 0) return;
    try {
      await this.repository.write(batch, LEASE_MS);
    } catch (error) {
      if (!isDatabaseUnavailable(error) && batch.length > 1) {
        for (const change of batch) await this.writeOne(change);
      } else if (isDatabaseUnavailable(error)) {
        this.changes.restore(batch);
        this.trouble(error);
        this.schedule(RETRY_AFTER);
      } else {
        this.dropped(1, error);
      }
    }
    if (this.changes.size > 0) this.schedule();
  }

  /** One call that cannot be written does not keep the others from it. */
  private async writeOne(change: Parameters<CallLedgerRepository['write']>[0][number]): Promise<void> {
    try {
      await this.repository.write([change], LEASE_MS);
    } catch (error) {
      if (isDatabaseUnavailable(error)) this.changes.restore([change]);
      else this.dropped(1, error);
    }
  }

  private trouble(error: unknown): void {
    reportFailure(this.logger, 'calls could not be renewed', error);
    this.troubledUntil = this.monotonic.elapsed() + LEASE_MS;
    const forgotten = this.changes.shrink(MAX_WAITING);
    if (forgotten > 0) this.dropped(forgotten, error);
  }

  private dropped(calls: number, error: unknown): void {
    this.logger.error({ msg: 'changes of calls are lost', calls, stack: (error as Error).stack });
  }
}

/** PostgreSQL refuses U+0000 and lone surrogates; names are the clients' own. */
function storable(name: string): string {
  const text = Buffer.from(name.replaceAll('\u0000', '')).toString();
  return Array.from(text).slice(0, MAX_NAME).join('');
}
