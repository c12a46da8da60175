import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Envelope } from '../../src/modules/realtime/ports/broker.js';
import { type Channel, channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { DISCONNECT } from '../../src/modules/realtime/disconnect-reason.js';
import { eventually, describePorts, type TestNode } from './node.js';

const A = channel('test', 1, 'a');
const B = channel('test', 1, 'b');
const event = (n: number): HubEvent & { n: number } => ({ type: 'test.event', n });

describePorts('Broker', ({ start }) => {
  let node: TestNode;
  let received: [Channel, Envelope][];

  beforeEach(async () => {
    node = await start();
    received = [];
    node.broker.bind((to, envelope) => received.push([to, envelope]));
  });
  afterEach(() => node.close());

  const numbersOn = (on: Channel): number[] =>
    received.flatMap(([to, envelope]) =>
      to === on && envelope.kind === 'deliver' ? [(envelope.event as ReturnType<typeof event>).n] : [],
    );

  it('delivers what is published once the subscription is confirmed', async () => {
    await node.broker.subscribe(A);
    node.broker.publish(A, { kind: 'deliver', event: event(1) });
    await eventually(() => received.length === 1);
    expect(received).toEqual([[A, { kind: 'deliver', event: event(1) }]]);
  });

  it('keeps the order of one channel', async () => {
    await node.broker.subscribe(A);
    for (let n = 0; n < 500; n++) node.broker.publish(A, { kind: 'deliver', event: event(n) });
    await eventually(() => received.length === 500);
    expect(numbersOn(A)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  it('keeps the order of what one caller publishes on several channels of one tag', async () => {
    await node.broker.subscribe(A);
    await node.broker.subscribe(B);
    for (let n = 0; n < 200; n++) node.broker.publish(n % 3 === 0 ? A : B, { kind: 'deliver', event: event(n) });
    await eventually(() => received.length === 200);
    expect(received.map(([, envelope]) => (envelope.event as ReturnType<typeof event>).n)).toEqual(
      Array.from({ length: 200 }, (_, n) => n),
    );
  });

  it('carries every kind of envelope unchanged, including bytes', async () => {
    await node.broker.subscribe(A);
    const envelopes: Envelope[] = [
      { kind: 'deliver', event: event(1), except: 'c1' },
      { kind: 'signal', event: { type: 'test.bytes', text: Buffer.from([0, 255, 128]) } as HubEvent },
      { kind: 'disconnect', reason: DISCONNECT.forced, event: event(2), except: 'c2' },
      { kind: 'disconnect', reason: DISCONNECT.notAllowed },
    ];
    for (const envelope of envelopes) node.broker.publish(A, envelope);
    await eventually(() => received.length === envelopes.length);
    expect(received.map(([, envelope]) => envelope)).toEqual(envelopes);
  });

  it('never throws, with subscribers or without', () => {
    expect(() => {
      node.broker.publish(B, { kind: 'deliver', event: event(1) });
    }).not.toThrow();
    expect(() => {
      node.broker.unsubscribe(B);
    }).not.toThrow();
  });

  it('delivers again after unsubscribing and subscribing', async () => {
    await node.broker.subscribe(A);
    node.broker.unsubscribe(A);
    await node.broker.subscribe(A);
    node.broker.publish(A, { kind: 'deliver', event: event(7) });
    await eventually(() => received.length > 0);
    expect(numbersOn(A)).toEqual([7]);
  });
});
