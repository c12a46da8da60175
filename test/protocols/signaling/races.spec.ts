import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { invite, type SignalingClient, SignalingHarness } from '../../support/signaling.js';

describe('signaling', () => {
  let harness: SignalingHarness;
  let a: SignalingClient;
  let b: SignalingClient;
  let c: SignalingClient;
  let d: SignalingClient;
  beforeAll(async () => {
    harness = await SignalingHarness.start();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    [a, b, c, d] = (await harness.peers(['Ala', 'Bob', 'Cyd', 'Dan'])) as [
      SignalingClient,
      SignalingClient,
      SignalingClient,
      SignalingClient,
    ];
  });
  afterEach(() => harness.hangUp());

  /** In order of their start; the ledger's order is that in which the nodes recorded them. */
  const callsOf = async (client: SignalingClient) =>
    (await harness.calls())
      .filter(({ participants }) => participants.some(({ sid }: { sid: string }) => sid === client.sid))
      .sort((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt) || one.id - other.id);

  it('has exactly one outcome if acceptance and cancellation cross', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 40; round++) {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      const [first, second] = round % 2 === 0 ? [a, b] : [b, a];
      for (const client of [first, second]) {
        client.emit(client === a ? 'decline-invitation' : 'accept-invitation', invite(a, b));
      }
      const heard = (await harness.settle([a, b])).flat().map(([event]) => event);
      outcomes.add(heard.sort().join(' '));
      a.emit('leave-room');
      b.emit('leave-room');
      await harness.settle([a, b]);
    }
    for (const outcome of outcomes) {
      expect(['create-peer create-peer invite-accepted', 'invite-declined']).toContain(outcome);
    }
  });

  it('puts everybody in at most one room if acceptances cross', async () => {
    for (let round = 0; round < 20; round++) {
      a.emit('send-invitation', b.sid);
      b.emit('send-invitation', c.sid);
      c.emit('send-invitation', a.sid);
      await harness.settle([a, b, c]);
      a.emit('accept-invitation', invite(c, a));
      b.emit('accept-invitation', invite(a, b));
      c.emit('accept-invitation', invite(b, c));
      await harness.settle([a, b, c]);
      // Every member of a room hears a toggle exactly once.
      a.emit('toggle-mic');
      for (const heard of await harness.settle([a, b, c])) {
        expect(heard.filter(([event]) => event === 'toggle-mic').length).toBeLessThanOrEqual(1);
      }
      for (const client of [a, b, c]) client.emit('leave-room');
      await harness.settle([a, b, c]);
      expect((await callsOf(a)).filter(({ state }) => state === 'live')).toEqual([]);
    }
  });

  it('leaves no trace of a sender who disconnects while the receiver accepts', async () => {
    for (let round = 0; round < 10; round++) {
      const [e] = (await harness.peers(['Eve'])) as [SignalingClient];
      await harness.settle([b, c]);
      e.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(e, b));
      if (round % 2 === 0) {
        e.close();
        b.emit('accept-invitation', invite(e, b));
      } else {
        b.emit('accept-invitation', invite(e, b));
        e.close();
      }
      await harness.settle([b, c]);
      await sleep(20);
      b.emit('leave-room');
      await harness.settle([b, c]);
      c.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(c, b));
      b.emit('accept-invitation', invite(c, b));
      await c.expectNext('invite-accepted', invite(c, b));
      const [, { peers }] = (await c.next()) as [string, { peers: string }];
      expect(JSON.parse(peers)).toEqual([c.sid, b.sid]);
      b.emit('leave-room');
      c.emit('leave-room');
      await harness.settle([b, c]);
      expect((await callsOf(e)).every(({ state }) => state === 'ended')).toBe(true);
    }
  });

  it('leaves the previous room with notice when another invitation is accepted', async () => {
    a.emit('send-invitation', c.sid);
    await c.expectNext('receive-invite', invite(a, c));
    await harness.call(b, c);
    c.emit('accept-invitation', invite(a, c));
    await b.expectNext('remove-peer-connection', { sender_sid: c.sid });
    await c.expectNext('remove-peer-connection', { sender_sid: c.sid });
    await a.expectNext('invite-accepted', invite(a, c));
    for (const client of [a, c]) {
      const [event, grown] = (await client.next()) as [string, { peers: string }];
      expect([event, JSON.parse(grown.peers)]).toEqual(['create-peer', [a.sid, c.sid]]);
    }
    await b.expectNothing();
    // Bob is alone in his room, and still busy.
    d.emit('send-invitation', b.sid);
    await d.expectNext('room-is-already-set');
    await b.expectNext('invitation-request', { sender_sid: d.sid });
  });

  it('ends an invitation with its sender, so that the receiver can no longer accept it', async () => {
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
    a.close();
    await b.expectNext('remove-connection', a.sid);
    b.emit('accept-invitation', invite(a, b));
    await b.expectNothing();
    expect(await callsOf(a)).toMatchObject([{ state: 'ended', outcome: 'cancelled', endedBy: a.sid }]);
  });

  describe('in the ledger', () => {
    it('is one call from the first ring until the last one leaves', async () => {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      expect(await callsOf(a)).toMatchObject([
        { protocol: 'signaling', state: 'ringing', participants: [{ name: 'Ala' }, { name: 'Bob', joinedAt: null }] },
      ]);
      b.emit('accept-invitation', invite(a, b));
      await harness.settle([a, b]);
      a.emit('send-invitation', c.sid);
      await c.expectNext('receive-invite', invite(a, c));
      c.emit('accept-invitation', invite(a, c));
      c.emit('toggle-mic');
      c.emit('toggle-video');
      c.emit('toggle-video');
      await harness.settle([a, b, c]);
      const [live, ...more] = await callsOf(a);
      expect(more).toEqual([]);
      expect(live).toMatchObject({
        state: 'live',
        participants: [
          { sid: a.sid, muted: false },
          { sid: b.sid },
          { sid: c.sid, name: 'Cyd', muted: true, videoOff: false },
        ],
      });
      b.emit('leave-room');
      await harness.settle([a, b, c]);
      expect((await callsOf(a))[0]).toMatchObject({
        state: 'live',
        participants: [{ leftAt: null }, {}, { leftAt: null }],
      });
      c.close();
      await a.expectNext('remove-peer-connection', { sender_sid: c.sid });
      const [ended] = await callsOf(a);
      expect(ended).toMatchObject({ id: live.id, state: 'ended', outcome: 'completed', endedBy: c.sid });
      for (const { joinedAt, leftAt } of ended.participants) {
        expect(joinedAt).not.toBeNull();
        expect(leftAt).not.toBeNull();
      }
    });

    it('shows who declined and who cancelled', async () => {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      b.emit('decline-invitation', invite(a, b));
      await a.expectNext('invite-declined', invite(a, b));
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      a.emit('decline-invitation', invite(a, b));
      await b.expectNext('invite-declined', invite(a, b));
      expect(await callsOf(a)).toMatchObject([
        { outcome: 'declined', endedBy: b.sid },
        { outcome: 'cancelled', endedBy: a.sid },
      ]);
    });

    it('is a new call after only one was left in the room', async () => {
      const room = await harness.call(a, b);
      b.emit('leave-room');
      await harness.settle([a, b]);
      expect(await harness.call(a, b)).toBe(room);
      expect(await callsOf(a)).toMatchObject([{ state: 'ended' }, { state: 'live' }]);
    });

    it('no longer rings once the receiver has brought the caller into another call', async () => {
      a.emit('send-invitation', b.sid);
      await b.expectNext('receive-invite', invite(a, b));
      c.emit('send-invitation', a.sid);
      await a.expectNext('receive-invite', invite(c, a));
      a.emit('accept-invitation', invite(c, a));
      await harness.settle([a, c]);
      b.emit('accept-invitation', invite(a, b));
      await harness.settle([a, b, c]);
      const calls = await callsOf(a);
      expect(calls.map(({ state, outcome }) => [state, outcome])).toEqual([
        ['ended', 'cancelled'],
        ['live', null],
      ]);
      // In the order in which the nodes recorded them.
      const sids = calls[1].participants.map(({ sid }: { sid: string }) => sid);
      expect(sids.sort()).toEqual([a.sid, b.sid, c.sid].sort());
    });
  });

  it('lists the lobby for admins', async () => {
    await harness.call(a, b);
    const page = await harness.api('GET', 'lobby?limit=3', { token: harness.admin });
    expect(page.body).toEqual({
      items: [a, b, c].map((client, i) => ({
        sid: client.sid,
        name: ['Ala', 'Bob', 'Cyd'][i],
        connectedAt: expect.stringMatching(/Z$/),
        inCall: i < 2,
      })),
      nextCursor: expect.any(String),
    });
    const rest = await harness.api('GET', `lobby?cursor=${page.body.nextCursor}`, { token: harness.admin });
    expect(rest.body).toMatchObject({ items: [{ sid: d.sid }], nextCursor: null });
    expect((await harness.api('GET', 'lobby')).status).toBe(401);
  });
});
