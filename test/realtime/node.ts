import { SystemClock } from '../../src/common/time/clock.js';
import { type Broker } from '../../src/modules/realtime/broker.js';
import { type EphemeralStore } from '../../src/modules/realtime/ephemeral-store.js';
import { InProcessBroker } from '../../src/modules/realtime/in-process.broker.js';
import { InProcessEphemeralStore } from '../../src/modules/realtime/in-process.ephemeral-store.js';
import { InProcessPresence } from '../../src/modules/realtime/in-process.presence.js';
import { type Presence } from '../../src/modules/realtime/presence.js';
import { TestBus } from '../support/local-bus.js';

/** The ports of one node, by one implementation. */
export interface TestNode {
  readonly broker: Broker;
  readonly presence: Presence;
  readonly store: EphemeralStore;
  close(): Promise<void>;
}

/** An implementation of the ports; every suite runs once for each. */
export interface Implementation {
  readonly name: string;
  /** A node with nothing in it. */
  readonly start: () => Promise<TestNode>;
}

export const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    name: 'in-process',
    start: () =>
      Promise.resolve({
        broker: new InProcessBroker(),
        presence: new InProcessPresence(),
        store: new InProcessEphemeralStore(new SystemClock()),
        close: () => Promise.resolve(),
      }),
  },
  {
    name: 'local bus of workers',
    start: () => {
      const bus = new TestBus();
      const { broker, presence, store } = bus.worker();
      return Promise.resolve({
        broker,
        presence,
        store,
        close: () => {
          bus.close();
          return Promise.resolve();
        },
      });
    },
  },
];

/** Waits until `condition` holds: what a bus carries takes its time. */
export async function eventually(condition: () => boolean | Promise<boolean>, ms = 2_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
