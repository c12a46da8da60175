import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLIENTS,
  type ClientVersion,
  invite,
  type Received,
  type SignalingClient,
  SignalingHarness,
} from '../../support/signaling.js';

const versions = Object.keys(CLIENTS) as ClientVersion[];

/** Everything that comes within `ms`, with the time it took in milliseconds. */
async function recordedFor(client: SignalingClient, ms: number): Promise<(readonly [number, ...Received])[]> {
  const start = Date.now();
  const all: (readonly [number, ...Received])[] = [];
  while (Date.now() - start < ms) {
    const received = await client.next(start + ms - Date.now()).catch(() => undefined);
    if (received) all.push([Date.now() - start, ...received]);
  }
  return all;
}

const between =
  (low: number, high: number) =>
  (ms: number | undefined): void => {
    expect(ms).toBeGreaterThan(low);
    expect(ms).toBeLessThan(high);
  };

/** All cases wait for ten seconds at the same time, in one lobby that nobody enters or leaves meanwhile. */
describe.concurrent.each(versions)('invitations with clients %s', (version) => {
  let harness: SignalingHarness;
  let peers: SignalingClient[];
  beforeAll(async () => {
    harness = await SignalingHarness.start();
    peers = await harness.peers(
      Array.from({ length: 14 }, (_, i) => `peer ${i}`),
      version,
    );
  });
  afterAll(() => harness.close());

  it('5: expire after ten seconds, for the receiver and for the sender', async () => {
    const [a, b] = peers as [SignalingClient, SignalingClient];
    a.emit('send-invitation', b.sid);
    const [sent, rung] = await Promise.all([recordedFor(a, 11_000), recordedFor(b, 11_000)]);
    expect(sent.map(([, ...received]) => received)).toEqual([['invite-expired-sender', invite(a, b)]]);
    expect(rung.map(([, ...received]) => received)).toEqual([
      ['receive-invite', invite(a, b)],
      ['invite-expired-receiver', invite(a, b)],
    ]);
    between(9_500, 11_000)(sent[0]?.[0]);
    between(9_500, 11_000)(rung[1]?.[0]);
    expect((await harness.calls()).find(({ participants }) => participants[0].sid === a.sid)).toMatchObject({
      state: 'ended',
      outcome: 'expired',
      endedBy: null,
    });
  });

  it('6: do not expire once they were accepted', async () => {
    const [a, b] = peers.slice(2) as [SignalingClient, SignalingClient];
    await harness.call(a, b);
    const [sent, rung] = await Promise.all([recordedFor(a, 11_000), recordedFor(b, 11_000)]);
    expect([sent, rung]).toEqual([[], []]);
  });

  it('19: are at most five alike', async () => {
    const [a, b] = peers.slice(4) as [SignalingClient, SignalingClient];
    for (let i = 0; i < 7; i++) a.emit('send-invitation', b.sid);
    const [sent, rung] = await Promise.all([recordedFor(a, 11_000), recordedFor(b, 11_000)]);
    expect(sent.map(([, event]) => event)).toEqual(Array.from({ length: 5 }, () => 'invite-expired-sender'));
    expect(rung).toHaveLength(10);
    // One call that rang five times.
    expect((await harness.calls()).filter(({ participants }) => participants[0].sid === a.sid)).toHaveLength(1);
  });

  it('20: have a time of their own each', async () => {
    const [a, b] = peers.slice(6) as [SignalingClient, SignalingClient];
    a.emit('send-invitation', b.sid);
    const heard = recordedFor(a, 16_500);
    await sleep(3_000);
    b.emit('decline-invitation', invite(a, b));
    await sleep(2_000);
    a.emit('send-invitation', b.sid);
    const [declined, expired, ...more] = await heard;
    expect([declined?.[1], expired?.[1], more]).toEqual(['invite-declined', 'invite-expired-sender', []]);
    between(14_500, 16_500)(expired?.[0]);
  });

  it('22: of nobody expire like others, and leave no call behind', async () => {
    const [a] = peers.slice(8) as [SignalingClient];
    a.emit('send-invitation', 'nosuch');
    a.emit('send-invitation', ':::\u0000"\ud800');
    a.emit('send-invitation', 'cancelled');
    a.emit('decline-invitation', invite(a, 'cancelled'));
    const sent = await recordedFor(a, 11_000);
    expect(sent.map(([, ...received]) => received)).toEqual([
      ['invite-expired-sender', invite(a, 'nosuch')],
      ['invite-expired-sender', invite(a, ':::\u0000"\ud800')],
    ]);
    between(9_500, 11_000)(sent[0]?.[0]);
    expect((await harness.calls()).filter(({ participants }) => participants[0].sid === a.sid)).toEqual([]);
  });

  it('of oneself ring and can be cancelled, but not accepted', async () => {
    const [a] = peers.slice(9) as [SignalingClient];
    for (const answer of ['accept-invitation', 'decline-invitation']) {
      a.emit('send-invitation', a.sid);
      await a.expectNext('receive-invite', invite(a, a));
      a.emit(answer, invite(a, a));
    }
    // Declining took the oldest of the two.
    await a.expectNext('invite-declined', invite(a, a));
    a.emit('decline-invitation', invite(a, a));
    await a.expectNext('invite-declined', invite(a, a));
    expect(await recordedFor(a, 11_000)).toEqual([]);
  });

  it('die with an accepted mirror image, silently', async () => {
    const [a, b] = peers.slice(10) as [SignalingClient, SignalingClient];
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
    b.emit('send-invitation', a.sid);
    await a.expectNext('receive-invite', invite(b, a));
    a.emit('accept-invitation', invite(b, a));
    await b.expectNext('invite-accepted', invite(b, a));
    for (const client of [a, b]) expect((await client.next())[0]).toBe('create-peer');
    b.emit('accept-invitation', invite(a, b));
    const [sent, rung] = await Promise.all([recordedFor(a, 11_000), recordedFor(b, 11_000)]);
    expect([sent, rung]).toEqual([[], []]);
    const sids = [a.sid, b.sid].sort();
    const calls = (await harness.calls()).filter(
      ({ participants }) =>
        JSON.stringify(participants.map(({ sid }: { sid: string }) => sid).sort()) === JSON.stringify(sids),
    );
    expect(calls.map(({ state }) => state)).toEqual(['live']);
  });

  it('expire for the sender when the receiver is gone', async () => {
    const own = await SignalingHarness.start();
    const [a, b] = (await own.peers(['a', 'b'], version)) as [SignalingClient, SignalingClient];
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
    b.close();
    const sent = await recordedFor(a, 11_000);
    expect(sent.map(([, ...received]) => received)).toEqual([
      ['remove-connection', b.sid],
      ['invite-expired-sender', invite(a, b)],
    ]);
    await own.close();
  });
});
