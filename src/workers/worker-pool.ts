import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessSeries } from '../modules/observability/metrics.js';
import { type Listening } from '../serve.js';
import { type PrimaryMessage, type WorkerStart } from './messages.js';
import { describeEnding, type Ending, WorkerProcess } from './worker-process.js';

/** Milliseconds before a dead worker is replaced: doubled with each that died soon, up to the most. */
const FIRST_DELAY_MS = 200;
const MOST_DELAY_MS = 10_000;
/** Milliseconds after which a worker did not die soon. */
const SETTLED_MS = 30_000;
/** Milliseconds a worker gets to tell its metrics. */
const MEASURE_MS = 2_000;

export type PoolStart = Omit<WorkerStart, 'number' | 'port'>;

interface Question {
  readonly series: ProcessSeries[];
  readonly open: Set<number>;
  readonly done: () => void;
}

/** The workers of this machine: starts as many as there should be, and another one for each that ends. */
export class WorkerPool {
  private readonly logger = new Logger(WorkerPool.name);
  /** By number. */
  private readonly running: (WorkerProcess | undefined)[];
  private readonly questions = new Map<number, Question>();
  private readonly stopping = new AbortController();
  private readonly replacing = new Set<Promise<void>>();
  private readonly early: number[];
  private asked = 0;
  private where: Listening | undefined;
  private endedBadly = false;

  /** @param port 0 = any; all workers share it, and whoever comes later gets the same */
  constructor(
    private readonly size: number,
    private port: number,
    private readonly start: PoolStart,
  ) {
    this.running = new Array<undefined>(size).fill(undefined);
    this.early = new Array<number>(size).fill(0);
  }

  /**
   * Starts the workers: the first one alone, since it makes what all of them share and finds most faults.
   * @throws BootError as a single process would
   */
  async open(): Promise<Listening> {
    this.where = await this.run(0).listening;
    await Promise.all(Array.from({ length: this.size - 1 }, (_, n) => this.run(n + 1).listening));
    return this.where;
  }

  /** Tells all to go, and waits for them. @returns whether all went in order */
  async close(reason: string): Promise<boolean> {
    this.stopping.abort();
    const all = this.alive();
    for (const worker of all) {
      if (worker.serving) worker.say({ kind: 'stop', reason });
      // Nobody is on it yet, and its start may take longer than a stop should.
      else worker.kill();
    }
    await Promise.all([...all.map(({ ended }) => ended), ...this.replacing]);
    return !this.endedBadly;
  }

  reload(): void {
    for (const worker of this.alive()) worker.say({ kind: 'reload' });
  }

  /** Ends what is left. */
  kill(): void {
    this.stopping.abort();
    for (const worker of this.alive()) worker.kill();
  }

  private alive(): WorkerProcess[] {
    return this.running.filter((worker) => worker?.live === true) as WorkerProcess[];
  }

  private run(number: number): WorkerProcess {
    const worker = new WorkerProcess({ ...this.start, number, port: this.port }, (message) => {
      this.receive(worker, number, message);
    });
    this.running[number] = worker;
    const born = performance.now();
    void worker.ended.then((ending) => {
      this.forget(number);
      this.ended(number, worker.serving, ending, performance.now() - born);
    });
    return worker;
  }

  private ended(number: number, serving: boolean, ending: Ending, lived: number): void {
    if (this.stopping.signal.aborted) {
      if (serving && ending.code !== 0) this.endedBadly = true;
      return;
    }
    // While the first ones start, whoever starts them hears of it.
    if (this.where === undefined) return;
    // Nobody holds the port now; `any` would be another one.
    if (this.alive().length === 0) this.port = this.where.port;
    const early = (this.early[number] = lived < SETTLED_MS ? (this.early[number] ?? 0) + 1 : 1);
    const delay = Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (early - 1));
    this.logger.error(`Worker ${number} has ended (${describeEnding(ending)}); another one starts in ${delay} ms`);
    const replaced = this.replace(number, delay).finally(() => this.replacing.delete(replaced));
    this.replacing.add(replaced);
  }

  private async replace(number: number, delay: number): Promise<void> {
    const waited = sleep(delay, true, { signal: this.stopping.signal }).catch(() => false);
    if (!(await waited) || this.stopping.signal.aborted) return;
    try {
      await this.run(number).listening;
      this.logger.log(`Worker ${number} is back`);
    } catch (error) {
      this.logger.error(`Worker ${number} could not start: ${(error as Error).message}`);
    }
  }

  private receive(worker: WorkerProcess, number: number, message: PrimaryMessage): void {
    if (message.kind === 'gather') {
      void this.gather().then((series) => {
        worker.say({ kind: 'measured', series });
      });
    } else if (message.kind === 'measurement') {
      const question = this.questions.get(message.question);
      if (question?.open.delete(number) !== true) return;
      question.series.push(message.series);
      if (question.open.size === 0) question.done();
    }
  }

  /** The series of all workers that tell them in time. */
  private async gather(): Promise<ProcessSeries[]> {
    const id = ++this.asked;
    const series: ProcessSeries[] = [];
    const open = new Set<number>();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MEASURE_MS);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.questions.set(id, { series, open, done });
      for (const [number, worker] of this.running.entries()) {
        if (worker?.live !== true) continue;
        open.add(number);
        worker.say({ kind: 'measure', question: id });
      }
    });
    this.questions.delete(id);
    return series;
  }

  /** Nobody waits any longer for what a worker that has ended was asked. */
  private forget(number: number): void {
    for (const { open, done } of this.questions.values()) if (open.delete(number) && open.size === 0) done();
  }
}
