import { describe, expect, it } from 'vitest';
import { CallLedgerRepository } from '../../src/modules/calls/call-ledger.repository.js';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { type SignalingClient, SignalingHarness } from '../support/signaling.js';

describe('the call ledger behind signaling', () => {
  it('is completed when the server stops', async () => {
    const harness = await SignalingHarness.start();
    const { app, database } = harness.server;
    const [a, b] = (await harness.peers(['Ala', 'Bob'])) as [SignalingClient, SignalingClient];
    await harness.call(a, b);
    await app.get(Lifecycle).drain();
    await app.close();
    const [call] = await (await database.connect()).query('SELECT * FROM calls');
    expect(call).toMatchObject({ outcome: 'completed', lapsed: false });
    expect(call.ended_at).not.toBeNull();
    await database.drop();
  });

  it('is completed even if connections are not closed first', async () => {
    const harness = await SignalingHarness.start();
    const { app, database } = harness.server;
    const [a, b] = (await harness.peers(['Ala', 'Bob'])) as [SignalingClient, SignalingClient];
    await harness.call(a, b);
    await app.close();
    const [call] = await (await database.connect()).query('SELECT * FROM calls');
    expect(call).toMatchObject({ outcome: 'completed' });
    await database.drop();
  });

  it('delays no offer while the database hangs, and is complete once it is back', async () => {
    const harness = await SignalingHarness.start();
    const repository = harness.server.app.get(CallLedgerRepository);
    const write = repository.write.bind(repository);
    let free = (): void => undefined;
    const hanging = new Promise<void>((resolve) => {
      free = resolve;
    });
    repository.write = async (...args) => {
      await hanging;
      return write(...args);
    };
    const [a, b] = (await harness.peers(['Ala', 'Bob'])) as [SignalingClient, SignalingClient];
    await harness.call(a, b);
    for (let n = 0; n < 100; n++) a.emit('offer', { receiver_sid: b.sid, n });
    for (let n = 0; n < 100; n++) await b.expectNext('offer', { receiver_sid: b.sid, n });
    b.emit('leave-room');
    await a.expectNext('remove-peer-connection', { sender_sid: b.sid });
    expect(await harness.server.dataSource.query('SELECT * FROM calls')).toEqual([]);
    free();
    expect(await harness.calls()).toMatchObject([{ state: 'ended', outcome: 'completed', endedBy: b.sid }]);
    await harness.close();
  });
});
