import { type Invariant, INVARIANTS, type Violation } from './checker.js';
import { type MalformedResult } from './peers/malformed.js';
import { type NodeMetrics } from './metrics.js';
import { type StressOptions } from './options.js';
import { type Schedule, SCENARIOS, type Step } from './schedule.js';
import { type Tally } from './peers/tally.js';

/** Violations listed in the report; all are counted. */
const MOST_VIOLATIONS = 100;

/** What a run collects for its report. */
export interface Findings {
  readonly startedAt: Date;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly tally: Tally;
  readonly comebacks: readonly number[];
  readonly malformed: readonly MalformedResult[];
  readonly kills: readonly Kill[];
  readonly violations: readonly Violation[];
  readonly before: NodeMetrics | null;
  readonly after: NodeMetrics | null;
}

export interface Kill {
  readonly pid: number;
  readonly signal: string;
  /** Milliseconds from the start. */
  readonly at: number;
  /** There was no such process, or it may not be killed. */
  readonly failed: boolean;
}

export type Report = ReturnType<typeof makeReport>;

/** The machine-readable report; docs/stress.md describes its members. */
export function makeReport(options: StressOptions, schedule: Schedule, findings: Findings) {
  const { tally, before, after, violations } = findings;
  const check = (name: Invariant) => ({ name, text: INVARIANTS[name], held: heldOf(name, options, findings) });
  return {
    schema: 'switchboard-stress/1',
    ok: violations.length === 0,
    seed: options.seed,
    digest: schedule.digest,
    startedAt: findings.startedAt.toISOString(),
    seconds: Math.round(findings.seconds * 10) / 10,
    interrupted: findings.interrupted,
    options: {
      urls: options.addresses,
      durationSeconds: options.durationMs / 1_000,
      clients: options.clients,
      rate: options.rate,
      scenarios: SCENARIOS.filter((name) => played(name, options)),
    },
    plan: planOf(schedule),
    counts: {
      said: tally.get('said'),
      acknowledged: tally.get('acked'),
      resent: tally.get('resent'),
      delivered: tally.get('delivered'),
      connects: tally.get('connects'),
      closes: tally.under('closed:'),
      refusals: tally.under('refused:'),
      errors: tally.under('error:'),
      malformed: findings.malformed.length,
      malformedWithoutServer: findings.malformed.filter(({ away }) => away).length,
    },
    comebackMs: quantiles(findings.comebacks),
    kills: findings.kills,
    invariants: (Object.keys(INVARIANTS) as Invariant[]).map(check),
    violationCount: violations.length,
    violations: violations.slice(0, MOST_VIOLATIONS),
    memoryBytes: before && after && { before: before.memory, after: after.memory },
    connections: before && after && { before: before.connections, after: after.connections },
  };
}

/** Without pids nothing is killed. */
const played = (name: (typeof SCENARIOS)[number], { scenarios, pids }: StressOptions): boolean =>
  scenarios.includes(name) && (name !== 'kills' || pids > 0);

/** `null`: not checked in this run. */
function heldOf(name: Invariant, options: StressOptions, { violations, kills }: Findings): boolean | null {
  if (violations.some(({ invariant }) => invariant === name)) return false;
  if (name === 'malformed' && !played(name, options)) return null;
  return name === 'delivered' && kills.length > 0 ? null : true;
}

export function planOf({ rooms, writers, readers, steps }: Schedule) {
  const count = (kind: Step['do']): number => steps.filter((step) => step.do === kind).length;
  return {
    durableRooms: rooms.filter(({ durable }) => durable).length,
    plainRooms: rooms.filter(({ durable }) => !durable).length,
    writers: writers.length,
    readers: readers.length,
    steps: {
      say: count('say'),
      drop: count('drop'),
      pause: count('pause'),
      malformed: count('malformed'),
      kill: count('kill'),
    },
  };
}

function quantiles(values: readonly number[]) {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number | null => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? null : Math.round(value);
  };
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The same for people. */
export function describeReport(report: Report): string {
  const { counts, comebackMs, memoryBytes } = report;
  const mark = (held: boolean | null): string => (held === null ? 'not checked' : held ? 'held' : 'BROKEN');
  const named = (each: Record<string, number>): string =>
    Object.entries(each)
      .map(([name, count]) => `${name} × ${count}`)
      .join(', ') || 'none';
  return [
    `seed ${report.seed}, schedule ${report.digest}, ${report.seconds} s${report.interrupted ? ', interrupted' : ''}`,
    `said ${counts.said}, acknowledged ${counts.acknowledged}, said again ${counts.resent}, delivered ${counts.delivered}`,
    `connects ${counts.connects}; closes: ${named(counts.closes)}; refusals: ${named(counts.refusals)}; errors: ${named(counts.errors)}`,
    `reconnected after an end: ${comebackMs.count} times, ms p50 ${comebackMs.p50 ?? '–'}, p99 ${comebackMs.p99 ?? '–'}, max ${comebackMs.max ?? '–'}`,
    `malformed: ${counts.malformed}; processes ended: ${report.kills.filter(({ failed }) => !failed).length}`,
    memoryBytes
      ? `memory: ${megabytes(memoryBytes.before)} before, ${megabytes(memoryBytes.after)} after`
      : 'memory: /metrics does not answer',
    '',
    ...report.invariants.map(({ name, text, held }) => `${mark(held).padEnd(12)} ${name}: ${text}`),
    ...report.violations.map(
      ({ invariant, room, client, detail }) => `  ${[invariant, room, client].filter(Boolean).join(' ')}: ${detail}`,
    ),
    ...(report.violationCount > report.violations.length ? [`  … ${report.violationCount} in all`] : []),
    '',
    report.ok ? 'everything held' : 'NOT everything held',
  ].join('\n');
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
