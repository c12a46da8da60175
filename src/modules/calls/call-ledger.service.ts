import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { randomToken } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { reportFailure } from '../../common/outages/outages.js';
import { MonotonicClock } from '../../common/time/monotonic-clock.js';
import { CallChanges, type CallOutcome, type CallParty, type CallProtocol, type CallRef } from './call-changes.js';
import { CallLedgerRepository } from './call-ledger.repository.js';

/** Milliseconds that changes wait, to be written together with others. */
const WRITE_AFTER = 100;
/** Milliseconds until the next attempt while the database is unreachable. */
const RETRY_AFTER = 1_000;
/** Milliseconds between renewals of this node's leases; three may fail. */
const RENEW_EVERY = 5_000;
export const LEASE_MS = 20_000;
/** Calls whose changes may wait while the database is unreachable. */
const MAX_WAITING = 100_000;
/** Milliseconds at shutdown for handlers of ended sockets to report what they know. */
const LAST_WORDS = 500;
const MAX_NAME = 100;

/** Milliseconds that the database's clock may deviate from ours between two renewals. */
const MAX_DRIFT = 2_000;

interface Anchor {
  readonly time: number;
  readonly elapsed: number;
}

/**
 * Records calls. Each protocol reports what happens, in the order it happens on this node. Reports neither wait nor
 * throw: they are written later, several at once, retried while the database is unreachable, and flushed at shutdown.
 * Several nodes may report on one call, in any order.
 *
 * A node holds a lease on the calls that its own sockets are in; when it is killed, these lapse and the calls end as
 * `failed`.
 */
@Injectable()
export class CallLedger implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(CallLedger.name);
  private readonly changes = new CallChanges();
  /** Calls that this node holds leases on, with the parties that are its own sockets. Not shared. */
  private readonly held = new Map<string, Set<string>>();
  /**
   * When this node first dealt with a call, by both clocks. From then on, the call's times follow the monotonic one.
   */
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

  /** A new call, to be reported on. */
  newCall(protocol: CallProtocol): CallRef {
    return { key: randomToken(16), protocol };
  }

  /**
   * `from`, a socket of this node or of one that died, calls `to`. The call is `ringing` until somebody answers.
   * @param at when, if not just now
   */
  rang(call: CallRef, from: CallParty, to: CallParty, at = this.timeIn(call)): void {
    for (const party of [from, to]) this.describe(call, party, at);
    this.hold(call, from.sid);
    this.schedule();
  }

  /** The call is `live` from now on. @param at since when, if not just now */
  answered(call: CallRef, at = this.timeIn(call)): void {
    this.changes.of(call, at).answeredAt ??= at;
    this.schedule();
  }

  /** `party`, a socket of this node, has joined the call, for the first time or again. */
  joined(call: CallRef, party: CallParty): void {
    this.joinedElsewhere(call, party);
    this.hold(call, party.sid);
  }

  /** Like `joined`, for a socket of another node, which holds the lease. */
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

  /** The media state of a party has changed. */
  changed(call: CallRef, sid: string, state: { readonly muted?: boolean; readonly videoOff?: boolean }): void {
    Object.assign(this.changes.party(call, sid, this.timeIn(call)), state);
    this.schedule();
  }

  /** The call is over; the first reported end counts. @param by sid of the party that ended it */
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

  /** Resolves when everything reported so far is written, or the database is unreachable. */
  async flush(): Promise<void> {
    await this.writing;
    await this.write();
  }

  /** Renews this node's leases, and ends calls whose leases have lapsed. */
  async renew(): Promise<void> {
    await this.flush();
    try {
      const keys = [...this.held.keys()].filter((key) => !this.changes.has(key));
      const live = new Set(await this.repository.renew(keys, LEASE_MS));
      for (const key of keys) if (!live.has(key)) this.held.delete(key);
      for (const key of this.anchors.keys()) {
        if (!this.held.has(key) && !this.changes.has(key)) this.anchors.delete(key);
      }
      // After trouble, the other nodes first get time to renew theirs.
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

  /** The current time for this call: on this node, its times are in order even if the wall clock steps. */
  private timeIn({ key }: CallRef): number {
    const elapsed = this.monotonic.elapsed();
    const anchor = this.anchors.get(key) ?? { time: this.clock.now(), elapsed };
    this.anchors.set(key, anchor);
    return Math.round(anchor.time + elapsed - anchor.elapsed);
  }

  /** Whether leases of others can be judged: not while some may have been given by a clock that has since stepped. */
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

  /** Writes calls one by one, so that one that cannot be written does not hold up the others. */
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

/** PostgreSQL refuses U+0000 and lone surrogates, which clients may send in names. */
function storable(name: string): string {
  const text = Buffer.from(name.replaceAll('\u0000', '')).toString();
  return Array.from(text).slice(0, MAX_NAME).join('');
}
