import cluster, { type Worker } from 'node:cluster';
import { BootError } from '../common/errors/boot-error.js';
import { type Listening } from '../serve.js';
import { type PrimaryMessage, type WorkerMessage, type WorkerStart } from './messages.js';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of a worker, as its primary sees it. */
export class WorkerProcess {
  readonly ended: Promise<Ending>;
  /** Resolves when it listens; rejects when it ends before. */
  readonly listening: Promise<Listening>;
  live = true;
  /** It listened: clients may be on it. */
  serving = false;
  private readonly worker: Worker;

  /** @param onMessage for what is not about beginning and ending */
  constructor(start: WorkerStart, onMessage: (message: PrimaryMessage) => void) {
    this.worker = cluster.fork();
    let failure: Error | undefined;
    let resolve: (where: Listening) => void = () => undefined;
    let reject: (error: Error) => void = () => undefined;
    this.listening = new Promise((...settle) => ([resolve, reject] = settle));
    // Whoever is not there to wait for it hears of the end.
    this.listening.catch(() => undefined);
    this.ended = new Promise((end) => {
      this.worker.once('exit', (code: number | null, signal: string | null) => {
        this.live = false;
        const ending = { code, signal: signal as NodeJS.Signals | null };
        reject(failure ?? new Error(`A worker ended while it started (${describeEnding(ending)})`));
        end(ending);
      });
    });
    this.worker.on('message', (message: PrimaryMessage) => {
      if (message.kind === 'hello') this.say({ kind: 'start', start });
      else if (message.kind === 'listening') {
        this.serving = true;
        resolve(message.where);
      } else if (message.kind === 'failed') {
        failure = message.known ? new BootError(message.message) : new Error(message.message);
      } else onMessage(message);
    });
    // A message to a worker that has just ended; its end is what counts.
    this.worker.on('error', () => undefined);
  }

  say(message: WorkerMessage): void {
    // A callback, so that one that has just gone is no error of ours.
    if (this.worker.isConnected()) this.worker.process.send(message, undefined, undefined, () => undefined);
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }
}

export function describeEnding({ code, signal }: Ending): string {
  return signal === null ? `code ${code ?? 'unknown'}` : signal;
}
