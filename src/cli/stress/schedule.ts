import { createHash } from 'node:crypto';
import { MALFORMED_KINDS, type MalformedKind } from './peers/malformed.js';
import { Random } from './peers/random.js';

export const SCENARIOS = ['storms', 'slow', 'malformed', 'bursts', 'kills'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** All that a schedule depends on. */
export interface ScheduleOptions {
  readonly seed: string;
  readonly durationMs: number;
  /** Writers and readers together, at least 4. */
  readonly clients: number;
  /** Messages per second of all writers together, besides bursts. */
  readonly rate: number;
  /** The number of addresses that clients are spread over. */
  readonly urls: number;
  /** The number of processes that may be killed. */
  readonly pids: number;
  readonly scenarios: readonly Scenario[];
}

export interface PlannedRoom {
  readonly name: string;
  readonly durable: boolean;
}

export interface PlannedClient {
  readonly name: string;
  /** Index of its room. */
  readonly room: number;
  /** Index of its first address. */
  readonly url: number;
}

export type Step = { /** Milliseconds from the start. */ readonly at: number } & (
  | { readonly do: 'say'; readonly writer: number; readonly count: number; readonly bytes: number }
  /** Ends these connections at once; `politely` with a close frame. All of them come back. */
  | { readonly do: 'drop'; readonly writers: number[]; readonly readers: number[]; readonly politely: boolean }
  /** The reader reads nothing for `ms`. */
  | { readonly do: 'pause'; readonly reader: number; readonly ms: number }
  | { readonly do: 'malformed'; readonly kind: MalformedKind; readonly room: number; readonly url: number }
  | { readonly do: 'kill'; readonly target: number; readonly signal: 'SIGKILL' | 'SIGTERM' }
);

export interface Schedule {
  readonly rooms: readonly PlannedRoom[];
  readonly writers: readonly PlannedClient[];
  readonly readers: readonly PlannedClient[];
  /** Ascending in time. */
  readonly steps: readonly Step[];
  /** SHA-256 of all of the above in hexadecimal: runs with equal digests are equal. */
  readonly digest: string;
}

const CLIENTS_PER_ROOM = 25;
/** Sizes of ordinary messages in bytes; most are short. */
const SIZES = [16, 32, 64, 64, 128, 128, 256, 1_024, 4_096, 16_384];

type Cast = Pick<Schedule, 'rooms' | 'writers' | 'readers'>;

/** Plans everything before anything happens. */
export function makeSchedule(options: ScheduleOptions): Schedule {
  const random = new Random(options.seed);
  const cast = makeCast(options, random.fork('cast'));
  const acts: Record<Scenario, (random: Random) => Step[]> = {
    storms: (own) => storms(options, cast, own),
    slow: (own) => slowReaders(options, cast, own),
    malformed: (own) => malformed(options, cast, own),
    bursts: (own) => bursts(options, cast, own),
    kills: (own) => kills(options, own),
  };
  const steps = [
    ...talk(options, cast, random.fork('talk')),
    ...SCENARIOS.filter((scenario) => options.scenarios.includes(scenario)).flatMap((scenario) =>
      acts[scenario](random.fork(scenario)),
    ),
  ].sort((one, other) => one.at - other.at);
  const all = { ...cast, steps };
  return { ...all, digest: createHash('sha256').update(JSON.stringify(all)).digest('hex') };
}

/** Two durable rooms per plain one; a third of the clients write; each room has at least one writer and one reader. */
function makeCast({ clients, urls }: ScheduleOptions, random: Random): Cast {
  const count = Math.max(2, Math.ceil(clients / CLIENTS_PER_ROOM));
  const rooms = Array.from({ length: count }, (_each, i) => ({ name: `r${i}`, durable: i % 3 !== 1 }));
  const client = (kind: string, i: number): PlannedClient => ({
    name: `${kind}${i}`,
    room: i % count,
    url: random.between(0, urls - 1),
  });
  const writing = Math.max(count, Math.round(clients / 3));
  const reading = Math.max(count, clients - writing);
  return {
    rooms,
    writers: Array.from({ length: writing }, (_each, i) => client('w', i)),
    readers: Array.from({ length: reading }, (_each, i) => client('r', i)),
  };
}

const indexes = (of: readonly unknown[]): number[] => [...of.keys()];

/** The quiet conversation beneath everything else. */
function talk({ durationMs, rate }: ScheduleOptions, { writers }: Cast, random: Random): Step[] {
  const steps: Step[] = [];
  const gap = 1_000 / rate;
  for (let at = gap; at < durationMs; at += gap * (0.5 + random.fraction())) {
    const writer = random.between(0, writers.length - 1);
    steps.push({ at: Math.round(at), do: 'say', writer, count: 1, bytes: random.pick(SIZES) });
  }
  return steps;
}

/** Times about `every` milliseconds apart, between a tenth and nine tenths of the run; at least one. */
function times({ durationMs }: ScheduleOptions, random: Random, every: number): number[] {
  const [from, to] = [durationMs * 0.1, durationMs * 0.9];
  const count = Math.max(1, Math.round((to - from) / every));
  return Array.from({ length: count }, (_each, i) =>
    Math.round(from + ((i + random.fraction()) * (to - from)) / count),
  );
}

/** All, half or a few connections end at the same moment, and come back. */
function storms(options: ScheduleOptions, { writers, readers }: Cast, random: Random): Step[] {
  return times(options, random, 3_000).map((at) => {
    const share = random.pick([1, 0.5, 0.1]);
    const dropped = random.some(indexes(readers), share);
    return {
      at,
      do: 'drop' as const,
      writers: random.some(indexes(writers), share),
      // A storm needs at least one connection.
      readers: dropped.length > 0 ? dropped : [random.between(0, readers.length - 1)],
      politely: random.fraction() < 0.3,
    };
  });
}

/** A reader stops reading while a writer in its room says more than the kernels between them buffer. */
function slowReaders(options: ScheduleOptions, { writers, readers }: Cast, random: Random): Step[] {
  return times(options, random, 5_000).flatMap((at) => {
    const reader = random.between(0, readers.length - 1);
    const heard = indexes(writers).filter((writer) => writers[writer]?.room === readers[reader]?.room);
    const ms = random.between(1_000, 6_000);
    return [
      { at, do: 'pause' as const, reader, ms },
      { at: at + 50, do: 'say' as const, writer: random.pick(heard), count: 48, bytes: 65_536 },
    ];
  });
}

/** Every kind once per round. */
function malformed(options: ScheduleOptions, { rooms }: Cast, random: Random): Step[] {
  const rounds = Math.max(1, Math.round(options.durationMs / 10_000));
  return Array.from({ length: rounds }).flatMap(() =>
    MALFORMED_KINDS.map((kind) => ({
      at: random.between(Math.round(options.durationMs * 0.05), Math.round(options.durationMs * 0.95)),
      do: 'malformed' as const,
      kind,
      room: random.between(0, rooms.length - 1),
      url: random.between(0, options.urls - 1),
    })),
  );
}

function bursts(options: ScheduleOptions, { writers }: Cast, random: Random): Step[] {
  return times(options, random, 2_000).map((at) => ({
    at,
    do: 'say' as const,
    writer: random.between(0, writers.length - 1),
    count: random.between(100, 500),
    bytes: random.pick([16, 64, 256]),
  }));
}

/** Each process once, spread over the middle of the run. */
function kills({ durationMs, pids }: ScheduleOptions, random: Random): Step[] {
  return Array.from({ length: pids }, (_each, target) => ({
    at: Math.round(durationMs * (0.2 + (0.6 * (target + random.fraction())) / pids)),
    do: 'kill' as const,
    target,
    signal: random.pick(['SIGKILL', 'SIGTERM'] as const),
  }));
}
