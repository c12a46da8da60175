import { type BusState } from '../../realtime/ports/bus-health.js';
import { type Heard } from './liveness-view.js';

/** Time within which what this node publishes must come back to it, in milliseconds. */
export const ECHO_MS = 5_000;
/** Time within which some other node that hears the bus must answer; longer, so that the deaf one tells first. */
export const ANSWER_MS = 8_000;
/** A node that heard the bus this lately is believed to hear it: its heartbeats are as old as their interval at most. */
const FRESH_MS = 7_000;
/** The bus may go a little later for one node than for another. */
const SLACK_MS = 3_000;
/** The judge looks every second: after a longer pause it was asleep, and knows nothing of the time between. */
const ASLEEP_MS = 3_000;

/**
 * Whether this node's messages reach the others and come back, from what its probes brought. Times are milliseconds of
 * a clock that only runs forward.
 */
export class BusJudge {
  private looked = -Infinity;
  /** Since when the connection claims what it claims now. */
  private since = 0;
  private wasConnected: boolean | undefined;
  private echoAt = -Infinity;
  private answerAt = -Infinity;
  /** Since when there is another node that hears the bus. */
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
    // Until the first echo after a change nothing is known; what was said before stands.
    return this.echoAt >= this.since ? this.afterEcho(now) : this.verdict;
  }

  /** Whoever was deaf to the others must hear one of them again. */
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
