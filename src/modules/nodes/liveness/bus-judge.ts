import { type BusState } from '../../realtime/ports/bus-health.js';
import { type Heard } from './liveness-view.js';

/** Milliseconds in which what this node publishes must come back to it. */
export const ECHO_MS = 5_000;
/** Milliseconds in which another node that hears the bus must answer. Longer, so that a deaf node notices first. */
export const ANSWER_MS = 8_000;
/** A node that heard the bus this recently is believed to hear it; heartbeats are at most one interval old. */
const FRESH_MS = 7_000;
/** The bus may fail a little later for one node than for another. */
const SLACK_MS = 3_000;
/** The judge looks every second; after a longer pause it was asleep, and knows nothing of the time in between. */
const ASLEEP_MS = 3_000;

/**
 * Judges from probes whether this node's messages reach the others and come back. Times are milliseconds of a monotonic
 * clock.
 */
export class BusJudge {
  private looked = -Infinity;
  /** Since when the connection has claimed its current state. */
  private since = 0;
  private wasConnected: boolean | undefined;
  private echoAt = -Infinity;
  private answerAt = -Infinity;
  /** Since when there has been another node that hears the bus. */
  private company = Infinity;
  private verdict: BusState = 'ok';

  /** Probes of this node came back to it on every way there is. */
  echoed(now: number): void {
    if (this.wasConnected === true) this.echoAt = now;
  }

  /** Another node answered a probe. */
  answered(now: number): void {
    if (this.wasConnected === true) this.answerAt = now;
  }

  /**
   * @param connected whether the connection to the bus claims to be up
   * @param others what is known of the other live nodes
   */
  judge(now: number, connected: boolean, others: readonly Heard[]): BusState {
    if (now - this.looked > ASLEEP_MS || connected !== this.wasConnected) this.since = now;
    this.looked = now;
    this.wasConnected = connected;
    this.verdict = connected ? this.whileUp(now, others) : this.whileDown(now, others);
    return this.verdict;
  }

  private whileUp(now: number, others: readonly Heard[]): BusState {
    if (!others.some((other) => hearsBus(now, other))) this.company = Infinity;
    else if (this.company === Infinity) this.company = now;
    if (now - Math.max(this.echoAt, this.since) >= ECHO_MS) return 'deaf';
    if (now - Math.max(this.answerAt, this.since, this.company) >= ANSWER_MS) return 'deaf';
    // Nothing is known between a change and the first echo; the last verdict stands.
    return this.echoAt >= this.since ? this.afterEcho(now) : this.verdict;
  }

  /** A node that was deaf to the others must first hear one of them again. */
  private afterEcho(now: number): BusState {
    if (this.verdict !== 'deaf' || this.company === Infinity) return 'ok';
    return now - this.answerAt < ANSWER_MS ? 'ok' : 'deaf';
  }

  private whileDown(now: number, others: readonly Heard[]): BusState {
    this.company = Infinity;
    if (now - this.since < ECHO_MS) return this.verdict === 'deaf' ? 'deaf' : 'away';
    return others.some((other) => heardBusAt(other) > this.since + SLACK_MS) ? 'deaf' : 'away';
  }
}

/** Whether a node is believed to hear the bus, so that it answers. */
export const hearsBus = (now: number, other: Heard): boolean => now - heardBusAt(other) < FRESH_MS;

/** When a node last heard the bus, by the clock of whoever heard of the node. */
function heardBusAt({ at, status }: Heard): number {
  return status.busAge === null || status.state === 'deaf' ? -Infinity : at - status.busAge;
}
