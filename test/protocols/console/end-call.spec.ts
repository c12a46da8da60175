import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newUser } from '../../support/api.js';
import { OmikronHarness } from '../../support/omikron.js';
import { ServicesHarness } from '../../support/services.js';
import { invite, SignalingHarness } from '../../support/signaling.js';

describe('ending a call as an admin', () => {
  let signaling: SignalingHarness;
  let omikron: OmikronHarness;
  let admin: number;

  beforeAll(async () => {
    signaling = await SignalingHarness.start();
    omikron = await OmikronHarness.on(signaling.server);
    await (await ServicesHarness.on(signaling.server)).nodesKnowEachOther();
    admin = (await rest('GET', 'accounts/me')).body.id as number;
  });
  afterEach(async () => {
    await signaling.hangUp();
    await omikron.hangUp();
  });
  afterAll(() => signaling.close());

  const rest = (method: string, path: string) => signaling.api(method, path, { token: signaling.admin });
  const newest = async () => (await rest('GET', 'calls?limit=1')).body.items[0];
  const end = async (id: number): Promise<number> => (await rest('DELETE', `calls/${id}`)).status;
  const ended = (outcome: string) => ({ state: 'ended', outcome, endedBy: `account:${admin}` });

  it('live in the lobby: each hears the others leave, and may call again', async () => {
    const [ala, bob, cid] = (await signaling.peers(['Ala', 'Bob', 'Cid'])) as [Peer, Peer, Peer];
    await signaling.call(ala, bob);
    ala.emit('send-invitation', cid.sid);
    await cid.expectNext('receive-invite', invite(ala, cid));
    cid.emit('accept-invitation', invite(ala, cid));
    await signaling.settle([ala, bob, cid]);
    const { id, state } = await newest();
    expect(state).toBe('live');
    expect(await end(id)).toBe(204);
    const gone = (peer: Peer) => ['remove-peer-connection', { sender_sid: peer.sid }];
    const [a, b, c] = await signaling.settle([ala, bob, cid]);
    // Each hears of its own leave, and of all who were still there.
    expect(a).toEqual([gone(ala)]);
    expect(b).toEqual([gone(ala), gone(bob)]);
    expect(c).toEqual([gone(ala), gone(bob), gone(cid)]);
    const call = await newest();
    expect(call).toMatchObject({ id, ...ended('completed') });
    for (const { leftAt } of call.participants) expect(leftAt).toEqual(expect.any(String));
    const [entry] = (await rest('GET', 'audit?limit=1&action=calls.end')).body.items;
    expect(entry).toMatchObject({ action: 'calls.end', target: { kind: 'call', id: String(id) } });
    expect(await end(id)).toBe(409);
    await signaling.call(cid, ala);
    expect(await newest()).toMatchObject({ state: 'live' });
    expect((await newest()).id).not.toBe(id);
  });

  it('ringing in the lobby: the invitation expires for both', async () => {
    const [ala, bob] = (await signaling.peers(['Ala', 'Bob'])) as [Peer, Peer];
    ala.emit('send-invitation', bob.sid);
    await bob.expectNext('receive-invite', invite(ala, bob));
    await expect.poll(newest).toMatchObject({ state: 'ringing' });
    const { id } = await newest();
    expect(await end(id)).toBe(204);
    await bob.expectNext('invite-expired-receiver', invite(ala, bob));
    await ala.expectNext('invite-expired-sender', invite(ala, bob));
    bob.emit('accept-invitation', invite(ala, bob));
    expect(await signaling.settle([ala, bob])).toEqual([[], []]);
    expect(await newest()).toMatchObject({ id, ...ended('cancelled') });
  });

  it('live in the Omikron: everybody hears the others leave, and is disconnected', async () => {
    const iota = await omikron.iota(2);
    const [A, B] = iota.users as [User, User];
    await omikron.iotaSocket(iota);
    const call = randomUUID();
    const { socket: a } = await omikron.caller(A, call);
    const { socket: b } = await omikron.caller(B, call);
    expect((await a.next()).type).toBe('client_connected');
    await expect.poll(newest).toMatchObject({ callId: call, state: 'live' });
    const { id } = await newest();
    expect(await end(id)).toBe(204);
    expect(await a.next()).toMatchObject({ type: 'client_closed', data: { user_id: B.id } });
    expect(await b.next()).toMatchObject({ type: 'client_closed', data: { user_id: A.id } });
    expect(await Promise.all([a.closeCode(), b.closeCode()])).toEqual([1008, 1008]);
    expect(await newest()).toMatchObject({ id, ...ended('completed') });
    // From now on, the same id is another call.
    const { answer } = await omikron.caller(A, call);
    expect(Object.keys(answer.data.user_ids)).toEqual([A.id]);
    await expect.poll(async () => (await newest()).id !== id).toBe(true);
  });

  it('requires an existing call and an admin', async () => {
    expect(await end(2_000_000)).toBe(404);
    expect(await end('x' as unknown as number)).toBe(422);
    const { accessToken } = await newUser(signaling.api);
    expect((await signaling.api('DELETE', 'calls/1', { token: accessToken })).status).toBe(403);
    expect((await signaling.api('DELETE', 'calls/1')).status).toBe(401);
  });
});

type Peer = Awaited<ReturnType<SignalingHarness['connect']>>;
type User = Awaited<ReturnType<OmikronHarness['iota']>>['users'][number];
