import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualTime } from '../../support/manual-time.js';
import {
  CLIENTS,
  type ClientVersion,
  invite,
  type Received,
  type SignalingClient,
  SignalingHarness,
} from '../../support/signaling.js';

const versions = Object.keys(CLIENTS) as ClientVersion[];
/** How long to wait for what comes eventually; a bus takes time. */
const PATIENCE_MS = 20_000;

let harness: SignalingHarness;
let time: ManualTime;
beforeAll(async () => {
  harness = await SignalingHarness.start();
  time = ManualTime.of(harness.server);
});
afterAll(() => harness.close());

/** What each of `clients` hears once this much time has passed: this many events in total, and no more. */
async function heardAfter(ms: number, clients: readonly SignalingClient[], count = 0): Promise<Received[][]> {
  // What came before has been handled, and is also heard.
  const heard = await harness.settle(clients);
  await time.passes(ms);
  const until = performance.now() + PATIENCE_MS;
  do {
    const more = await harness.settle(clients);
    heard.forEach((each, i) => each.push(...(more[i] ?? [])));
  } while (heard.flat().length < count && performance.now() < until);
  return heard;
}

/** Calls started by `client`, with all their events. */
async function callsOf(client: SignalingClient): ReturnType<SignalingHarness['calls']> {
  return (await harness.calls()).filter(({ participants }) => participants[0].sid === client.sid);
}

describe.each(versions)('invitations with clients %s', (version) => {
  let a: SignalingClient;
  let b: SignalingClient;
  beforeEach(async () => {
    [a, b] = (await harness.peers(['a', 'b'], version)) as [SignalingClient, SignalingClient];
  });
  afterEach(() => harness.hangUp());

  it('5: expire after ten seconds, for the receiver and for the sender', async () => {
    a.emit('send-invitation', b.sid);
    expect(await heardAfter(9_500, [a, b], 1)).toEqual([[], [['receive-invite', invite(a, b)]]]);
    expect(await heardAfter(1_500, [a, b], 2)).toEqual([
      [['invite-expired-sender', invite(a, b)]],
      [['invite-expired-receiver', invite(a, b)]],
    ]);
    expect(await callsOf(a)).toMatchObject([{ state: 'ended', outcome: 'expired', endedBy: null }]);
  });

  it('6: do not expire once accepted', async () => {
    await harness.call(a, b);
    expect(await heardAfter(11_000, [a, b])).toEqual([[], []]);
  });

  it('19: are limited to five alike', async () => {
    for (let i = 0; i < 7; i++) a.emit('send-invitation', b.sid);
    const [sent, rung] = await heardAfter(11_000, [a, b], 15);
    expect(sent?.map(([event]) => event)).toEqual(Array.from({ length: 5 }, () => 'invite-expired-sender'));
    expect(rung).toHaveLength(10);
    // One call that rang five times.
    expect(await callsOf(a)).toHaveLength(1);
  });

  it('20: expire independently of each other', async () => {
    a.emit('send-invitation', b.sid);
    await heardAfter(3_000, [a, b], 1);
    b.emit('decline-invitation', invite(a, b));
    expect((await heardAfter(2_000, [b, a], 1))[1]?.map(([event]) => event)).toEqual(['invite-declined']);
    a.emit('send-invitation', b.sid);
    expect(await heardAfter(9_500, [a])).toEqual([[]]);
    expect(await heardAfter(2_000, [a], 1)).toEqual([[['invite-expired-sender', invite(a, b)]]]);
  });

  it('22: to nobody expire like others, and leave no call behind', async () => {
    a.emit('send-invitation', 'nosuch');
    a.emit('send-invitation', ':::\u0000"\ud800');
    a.emit('send-invitation', 'cancelled');
    a.emit('decline-invitation', invite(a, 'cancelled'));
    expect(await heardAfter(9_500, [a])).toEqual([[]]);
    expect(await heardAfter(1_500, [a], 2)).toEqual([
      [
        ['invite-expired-sender', invite(a, 'nosuch')],
        ['invite-expired-sender', invite(a, ':::\u0000"\ud800')],
      ],
    ]);
    expect(await callsOf(a)).toEqual([]);
  });

  it('to oneself ring and can be cancelled, but not accepted', async () => {
    for (const answer of ['accept-invitation', 'decline-invitation']) {
      a.emit('send-invitation', a.sid);
      await a.expectNext('receive-invite', invite(a, a));
      a.emit(answer, invite(a, a));
    }
    // Declining took the older of the two.
    await a.expectNext('invite-declined', invite(a, a));
    a.emit('decline-invitation', invite(a, a));
    await a.expectNext('invite-declined', invite(a, a));
    expect(await heardAfter(11_000, [a])).toEqual([[]]);
  });

  it('end silently when the opposite invitation is accepted', async () => {
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
    b.emit('send-invitation', a.sid);
    await a.expectNext('receive-invite', invite(b, a));
    a.emit('accept-invitation', invite(b, a));
    await b.expectNext('invite-accepted', invite(b, a));
    for (const client of [a, b]) expect((await client.next())[0]).toBe('create-peer');
    b.emit('accept-invitation', invite(a, b));
    expect(await heardAfter(11_000, [a, b])).toEqual([[], []]);
    const calls = [...(await callsOf(a)), ...(await callsOf(b))];
    expect(calls.map(({ state }: { state: string }) => state)).toEqual(['live']);
  });

  it('expire for the sender if the receiver is gone', async () => {
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
    b.close();
    await a.expectNext('remove-connection', b.sid);
    expect(await heardAfter(11_000, [a], 1)).toEqual([[['invite-expired-sender', invite(a, b)]]]);
  });
});
