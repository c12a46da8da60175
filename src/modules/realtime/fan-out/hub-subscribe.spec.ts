import { describe, expect, it } from 'vitest';
import { Broker } from '../ports/broker.js';
import { channel } from '../channel.js';
import { type Connection } from '../connection.js';
import { Hub } from './hub.js';
import { InProcessBroker } from '../in-process/in-process.broker.js';

const CHANNEL = channel('test', 1);
const connection = (id: string): Connection => ({ id, closed: false, subscriptions: null }) as Connection;

/** A bus that answers when the test says so. */
class SlowBroker extends Broker {
  answer: () => void = () => undefined;
  bind(): void {
    // Nothing is published.
  }
  unsubscribe(): void {
    // See bind.
  }
  publish(): void {
    // See bind.
  }
  subscribe(): Promise<void> {
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }
}

describe('Hub.subscribe', () => {
  it('makes everybody wait who comes before the bus has answered, and nobody after', async () => {
    const broker = new SlowBroker();
    const hub = new Hub(broker);
    const [one, two, three] = ['1', '2', '3'].map(connection) as [Connection, Connection, Connection];
    const waiting = [one, two, one].map((each) => hub.subscribe(each, CHANNEL));
    for (const each of waiting) expect(each).toBeInstanceOf(Promise);
    broker.answer();
    for (const each of waiting) await each;
    expect(hub.subscribe(three, CHANNEL)).toBeUndefined();
    expect(hub.subscribe(two, CHANNEL)).toBeUndefined();
  });

  it('waits for nothing without a bus', () => {
    expect(new Hub(new InProcessBroker()).subscribe(connection('1'), CHANNEL)).toBeUndefined();
  });
});
