import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../shared/cli-error.js';
import { checkRoom, type RoomRecord, type Violation } from './checker.js';
import { Reader, type Scene, Writer } from './peers/clients.js';
import { type MalformedResult, sayMalformed } from './peers/malformed.js';
import { scrape } from './metrics.js';
import { type StressOptions } from './options.js';
import { Random } from './peers/random.js';
import { type Findings, type Kill } from './report.js';
import { Said } from './peers/said.js';
import { type PlannedClient, type Schedule, type Step } from './schedule.js';
import { Stage } from './stage.js';
import { Tally } from './peers/tally.js';

/** Milliseconds. */
const CONNECT_MS = 30_000;
/** A little longer than the lease of a killed node. */
const EMPTY_MS = 20_000;
const LOOK_MS = 50;
/** How long to wait for late duplicates. */
const QUIET_MS = 500;
const ENDPOINTS_AT_ONCE = 8;

interface Room {
  readonly name: string;
  readonly durable: boolean;
  readonly said: Said;
  /** Codes of shared endpoints: all readers use the same. */
  readonly reading: string;
  readonly malforming: string;
}

/** One run of a schedule against servers. */
export class Run {
  readonly #tally = new Tally();
  readonly #comebacks: number[] = [];
  readonly #malformed: Promise<MalformedResult>[] = [];
  readonly #kills: Kill[] = [];
  readonly #violations: Violation[] = [];
  #rooms: readonly Room[] = [];
  #writers: readonly Writer[] = [];
  #readers: readonly Reader[] = [];

  constructor(
    private readonly options: StressOptions,
    private readonly schedule: Schedule,
    private readonly progress: (line: string) => void,
  ) {}

  /**
   * @param signal ends the schedule early; what was said until then is checked. @throws CliError when it cannot be
   * played
   */
  async play(key: string | undefined, signal: AbortSignal): Promise<Findings> {
    const startedAt = new Date();
    const began = performance.now();
    const { addresses, metricsToken, keep } = this.options;
    const before = await scrape(addresses, metricsToken);
    const stage = await Stage.open(addresses, `stress-${startedAt.getTime().toString(36)}-${process.pid}`, key);
    try {
      await this.#build(stage);
      await this.#everybodyIn();
      this.progress(`playing ${this.schedule.steps.length} steps in ${this.options.durationMs / 1_000} s`);
      await this.#steps(signal);
      this.progress('settling');
      const malformed = await Promise.all(this.#malformed);
      await this.#settle(stage);
      const after = await scrape(addresses, metricsToken);
      return {
        startedAt,
        seconds: (performance.now() - began) / 1_000,
        interrupted: signal.aborted,
        tally: this.#tally,
        comebacks: this.#comebacks,
        malformed,
        kills: this.#kills,
        violations: [...this.#violations, ...this.#complaints(malformed)],
        before,
        after,
      };
    } finally {
      await this.#stop();
      if (!keep) await stage.close();
    }
  }

  async #build(stage: Stage): Promise<void> {
    const { rooms, writers, readers } = this.schedule;
    this.#rooms = await inTurns(rooms, async ({ name, durable }) => {
      await stage.room(name, durable);
      const reading = await stage.endpoint(name, 'read', 'reader');
      return { name, durable, said: new Said(), reading, malforming: await stage.endpoint(name, 'write', 'malformed') };
    });
    const codes = await inTurns(writers, ({ name, room }) => stage.endpoint(this.#room(room).name, 'write', name));
    const scene: Scene = {
      urls: this.options.addresses.map((url) => url.replace(/^http/, 'ws')),
      tally: this.#tally,
      comebacks: this.#comebacks,
    };
    this.#writers = writers.map((planned, i) => new Writer(this.#seat(planned, codes[i] ?? ''), scene));
    this.#readers = readers.map((planned) => new Reader(this.#seat(planned, this.#room(planned.room).reading), scene));
  }

  #seat({ name, room, url }: PlannedClient, code: string) {
    const { durable, said } = this.#room(room);
    return { name, code, durable, said, url, random: new Random(`${this.options.seed}/client/${name}`) };
  }

  #room(index: number): Room {
    const room = this.#rooms[index];
    if (!room) throw new RangeError(`no room ${index}`);
    return room;
  }

  async #everybodyIn(): Promise<void> {
    const all = [...this.#readers, ...this.#writers];
    for (const client of all) client.start();
    if (!(await until(() => all.every(({ connected }) => connected), CONNECT_MS))) {
      const out = all.filter(({ connected }) => !connected).length;
      throw new CliError(`${out} of ${all.length} clients could not connect within ${CONNECT_MS / 1_000} s`);
    }
  }

  async #steps(signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const { durationMs } = this.options;
    for (const step of [...this.schedule.steps, undefined]) {
      const wait = (step?.at ?? durationMs) - (performance.now() - began);
      if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (step) this.#act(step);
    }
  }

  #act(step: Step): void {
    switch (step.do) {
      case 'say':
        this.#writers[step.writer]?.say(step.count, step.bytes);
        break;
      case 'drop':
        for (const writer of step.writers) this.#writers[writer]?.drop(step.politely);
        for (const reader of step.readers) this.#readers[reader]?.drop(step.politely);
        break;
      case 'pause':
        this.#readers[step.reader]?.pause(step.ms);
        break;
      case 'malformed': {
        const { reading, malforming } = this.#room(step.room);
        const url = new URL(this.options.addresses[step.url] ?? '');
        this.#malformed.push(sayMalformed(step.kind, { url, reader: reading, writer: malforming }));
        break;
      }
      case 'kill':
        this.#kill(this.options.processes[step.target], step);
        break;
    }
  }

  #kill(pid: number | undefined, { at, signal }: Step & { readonly do: 'kill' }): void {
    if (pid === undefined) return;
    let failed = false;
    try {
      process.kill(pid, signal);
    } catch {
      failed = true;
    }
    this.#kills.push({ pid, signal, at, failed });
    this.progress(`${signal} to ${pid}${failed ? ': no such process, or not ours' : ''}`);
  }

  async #settle(stage: Stage): Promise<void> {
    const giveUp = performance.now() + this.options.settleMs;
    const left = (): number => Math.max(0, giveUp - performance.now());
    await until(() => this.#writers.every(({ unacknowledged }) => unacknowledged === 0), left());
    for (const writer of this.#writers) {
      if (writer.unacknowledged > 0)
        this.#unsettled(writer, `${writer.unacknowledged} messages were never acknowledged`);
    }
    // First wait until nobody says anything more, then read what there is.
    await sleep(QUIET_MS);
    const records = await inTurns([...this.#rooms.keys()], async (index) => {
      const { name, durable, said } = this.#room(index);
      return { index, name, durable, history: durable ? await stage.history(name, said) : [] };
    });
    const behind = () =>
      records.flatMap(({ index, durable, history }) =>
        this.#readersOf(index).filter(({ heard }) => durable && heard.length < history.length),
      );
    await until(() => behind().length === 0, left());
    for (const reader of behind()) this.#unsettled(reader, `heard only ${reader.heard.length} messages`);
    await sleep(QUIET_MS);
    const complete = this.#kills.length === 0;
    for (const record of records) this.#violations.push(...checkRoom(this.#record(record), complete));
    await this.#stop();
    await this.#empty(stage);
  }

  #unsettled({ name }: { readonly name: string }, detail: string): void {
    this.#violations.push({ invariant: 'settled', client: name, detail });
  }

  #record(of: Pick<RoomRecord, 'name' | 'durable' | 'history'> & { readonly index: number }): RoomRecord {
    const { index, name, durable, history } = of;
    const writers = this.#writers.filter((_each, i) => this.schedule.writers[i]?.room === index);
    const readers = this.#readersOf(index).map((reader) => ({
      name: reader.name,
      heard: reader.heard,
      stayed: reader.connects === 1 && reader.connected,
    }));
    return { name, durable, history, writers, readers };
  }

  #readersOf(room: number): Reader[] {
    return this.#readers.filter((_each, i) => this.schedule.readers[i]?.room === room);
  }

  async #empty(stage: Stage): Promise<void> {
    const giveUp = performance.now() + EMPTY_MS;
    for (const { name } of this.#rooms) {
      let present = await stage.present(name);
      while (present > 0 && performance.now() < giveUp) {
        await sleep(LOOK_MS * 5);
        present = await stage.present(name);
      }
      if (present === 0) continue;
      const detail = `${present} are still present ${EMPTY_MS / 1_000} s after everybody has left`;
      this.#violations.push({ invariant: 'connections', room: name, detail });
    }
  }

  #complaints(malformed: readonly MalformedResult[]): Violation[] {
    const clients = [...this.#writers, ...this.#readers].flatMap(({ name, complaints }) =>
      complaints.slice(0, 3).map((detail) => ({ invariant: 'protocol' as const, client: name, detail })),
    );
    const accepted = malformed.flatMap(({ kind, wrong, away }) =>
      wrong === null || away ? [] : [{ invariant: 'malformed' as const, client: kind, detail: wrong }],
    );
    return [...clients, ...accepted];
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#writers, ...this.#readers].map((client) => client.stop()));
  }
}

/** @returns whether `condition` became true in time */
async function until(condition: () => boolean, ms: number): Promise<boolean> {
  const giveUp = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > giveUp) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

/** Results in the order of `items`, computed a few at a time. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += ENDPOINTS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(i, i + ENDPOINTS_AT_ONCE).map(work))));
  }
  return results;
}
