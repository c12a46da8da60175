import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { SystemClock } from '../../src/common/time/clock.js';
import { InProcessEphemeralStore } from '../../src/modules/realtime/in-process.ephemeral-store.js';
import { InProcessPresence } from '../../src/modules/realtime/in-process.presence.js';
import { InProcessRateLimiter } from '../../src/modules/realtime/in-process.rate-limiter.js';
import {
  type Batch,
  type BusLink,
  type ToPrimary,
  type ToWorker,
} from '../../src/modules/realtime/local-bus/bus-messages.js';
import { LocalBusHost, type WorkerEnd } from '../../src/modules/realtime/local-bus/local-bus.host.js';
import { LocalBus } from '../../src/modules/realtime/local-bus/local-bus.js';
import {
  LocalBusBroker,
  LocalBusEphemeralStore,
  LocalBusNodeBoard,
  LocalBusPresence,
  LocalBusRateLimiter,
} from '../../src/modules/realtime/local-bus/local-bus.ports.js';

/** A worker of a local bus, with the ports its features see. */
export interface BusWorker {
  readonly bus: LocalBus;
  readonly broker: LocalBusBroker;
  readonly presence: LocalBusPresence;
  readonly store: LocalBusEphemeralStore;
  readonly limiter: LocalBusRateLimiter;
  readonly board: LocalBusNodeBoard;
  /** Ends it as kill -9 does, with what it has not sent yet. */
  die(): Promise<void>;
}

/** A primary and its workers in this process; what they say is cloned on its way, as between processes. */
export class TestBus {
  readonly host: LocalBusHost;
  private readonly ports: MessagePort[] = [];

  constructor() {
    const clock = new SystemClock();
    this.host = new LocalBusHost({
      presence: new InProcessPresence(),
      store: new InProcessEphemeralStore(clock),
      limiter: new InProcessRateLimiter(clock),
    });
  }

  worker({ ready = true } = {}): BusWorker {
    const { port1: near, port2: far } = new MessageChannel();
    this.ports.push(near, far);
    const end: WorkerEnd = this.host.attach(linkOver(far), () => undefined);
    const bus = new LocalBus(linkOver(near));
    far.on('message', (batch: Batch<ToPrimary>) => {
      this.host.receive(end, batch);
    });
    near.on('message', (batch: Batch<ToWorker>) => {
      bus.receive(batch);
    });
    const worker = {
      bus,
      broker: new LocalBusBroker(bus),
      presence: new LocalBusPresence(bus),
      store: new LocalBusEphemeralStore(bus),
      limiter: new LocalBusRateLimiter(bus),
      board: new LocalBusNodeBoard(bus),
      die: () => {
        near.close();
        return this.host.detach(end);
      },
    };
    if (ready) bus.ready();
    return worker;
  }

  close(): void {
    for (const port of this.ports) port.close();
  }
}

function linkOver<Op>(port: MessagePort): BusLink<Op> {
  return {
    send: (batch, done) => {
      port.postMessage(batch);
      setImmediate(done);
    },
  };
}
