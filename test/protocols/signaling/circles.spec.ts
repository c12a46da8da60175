import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newUser } from '../../support/api.js';
import { invite, type SignalingClient, SignalingHarness } from '../../support/signaling.js';

describe('the lobby next to circles', () => {
  let harness: SignalingHarness;
  beforeAll(async () => {
    harness = await SignalingHarness.start();
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  const authenticated = (client: SignalingClient): Promise<unknown> =>
    new Promise((resolve) => {
      client.socket.on('success', resolve);
    });

  it('releases a socket that authenticates as an account, as if it had disconnected', async () => {
    const [a, b, c] = (await harness.peers(['Ala', 'Bob', 'Cyd'])) as [
      SignalingClient,
      SignalingClient,
      SignalingClient,
    ];
    await harness.call(a, b);
    a.emit('send-invitation', c.sid);
    await c.expectNext('receive-invite', invite(a, c));
    const { accessToken } = await newUser(harness.api);
    const success = authenticated(a);
    a.emit('authenticate', { token: accessToken });
    await success;
    await b.expectNext('remove-peer-connection', { sender_sid: a.sid });
    for (const client of [b, c]) await client.expectNext('remove-connection', a.sid);
    c.emit('accept-invitation', invite(a, c));
    for (const event of ['offer', 'answer', 'candidate']) b.emit(event, { receiver_sid: a.sid });
    b.emit('name', 'Bobby');
    await c.expectNext('add-connection', JSON.stringify({ sid: b.sid, name: 'Bobby' }));
    for (const event of ['connections', 'leave-room', 'toggle-mic', 'ice-servers']) a.emit(event);
    a.emit('name', 'Ala again');
    a.emit('send-invitation', b.sid);
    a.emit('offer', { receiver_sid: b.sid });
    await a.expectNothing(150);
    const [heard, more] = await harness.settle([b, c]);
    expect([heard, more]).toEqual([[], []]);
    c.emit('connections');
    await c.expectNext('connections', JSON.stringify([{ sid: b.sid, name: 'Bobby' }]));
    a.close();
    for (const client of [b, c]) await client.expectNothing();
    expect((await harness.calls()).map(({ outcome }) => outcome)).toEqual(['completed']);
  });

  it('never sees a socket that authenticates in the handshake', async () => {
    const [b] = (await harness.peers(['Bob'])) as [SignalingClient];
    const { accessToken } = await newUser(harness.api);
    const a = await harness.connect('4.x', { auth: { token: accessToken } });
    b.emit('send-invitation', a.sid);
    b.emit('connections');
    await b.expectNext('connections', '[]');
    a.close();
    await b.expectNothing();
    await a.expectNothing();
  });

  it('tells a circles client that never authenticates only about names and leaves', async () => {
    const silent = await harness.connect('1.x');
    const [a, b] = (await harness.peers(['Ala', 'Bob'])) as [SignalingClient, SignalingClient];
    await harness.call(a, b);
    a.emit('chat', 'hi');
    a.close();
    await b.expectNext('message', 'hi');
    await silent.expectNext('add-connection', JSON.stringify({ sid: a.sid, name: 'Ala' }));
    await silent.expectNext('add-connection', JSON.stringify({ sid: b.sid, name: 'Bob' }));
    await silent.expectNext('remove-connection', a.sid);
    await silent.expectNothing();
  });
});
