import { type ProcessSeries } from '../modules/observability/metrics.js';
import { type PrimaryMessage, type WorkerMessage, type WorkerStart } from './messages.js';

/** A worker's channel to its primary. */
export class PrimaryLink {
  onStop: (reason: string) => void = () => undefined;
  onReload: () => void = () => undefined;
  onMeasure: () => Promise<ProcessSeries> = () => Promise.resolve([]);
  private onStart: (start: WorkerStart) => void = () => undefined;
  private awaiting: ((series: readonly ProcessSeries[]) => void)[] = [];

  constructor() {
    process.on('message', (message: WorkerMessage) => {
      this.receive(message);
    });
  }

  /** Asks the primary for what is needed to begin. */
  begin(): Promise<WorkerStart> {
    return new Promise((resolve) => {
      this.onStart = resolve;
      this.say({ kind: 'hello' });
    });
  }

  say(message: PrimaryMessage, done: () => void = () => undefined): void {
    // Without a primary the process ends by itself.
    if (process.connected) process.send?.(message, undefined, undefined, done);
    else setImmediate(done);
  }

  /** The series of all workers. */
  gather(): Promise<readonly ProcessSeries[]> {
    return new Promise((resolve) => {
      this.awaiting.push(resolve);
      this.say({ kind: 'gather' });
    });
  }

  private receive(message: WorkerMessage): void {
    switch (message.kind) {
      case 'start':
        this.onStart(message.start);
        break;
      case 'stop':
        this.onStop(message.reason);
        break;
      case 'reload':
        this.onReload();
        break;
      case 'measure':
        void this.onMeasure().then((series) => {
          this.say({ kind: 'measurement', question: message.question, series });
        });
        break;
      case 'measured':
        this.awaiting.shift()?.(message.series);
    }
  }
}
