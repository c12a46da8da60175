import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { authorized, ENDED, left, ServicesHarness } from '../support/services.js';
import { ThreeNodes } from '../support/three-nodes.js';
import { type WsClient } from '../support/ws-client.js';

/** Longer than the others take to declare a node dead. */
const FROZEN_MS = 15_000;
/** How long the others take to notice a dead node and to clean up after it. */
const LEASE_MS = 15_000;
type Harness = ServicesHarness<{ url: string; wsUrl: string }>;

/** What a socket hears from now on until it is closed, and the close code. */
async function endOf({ socket }: WsClient): Promise<{ frames: unknown[]; code: number }> {
  const frames: unknown[] = [];
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())));
  const [code] = (await once(socket, 'close')) as [number];
  return { frames, code };
}

describeWith('redis-server', 'the services protocol on three nodes', () => {
  let all: ThreeNodes;
  let nodes: [Harness, Harness, Harness];

  beforeAll(async () => {
    all = await ThreeNodes.start();
    nodes = [await on(0), await on(1), await on(2)];
  }, 180_000);
  const on = (n: number): Promise<Harness> => ServicesHarness.on({ url: all.url(n), wsUrl: all.wsUrl(n) });
  afterAll(async () => {
    await Promise.all(nodes.slice(0, 2).map((node) => node.hangUp()));
    await cleanUpProcesses();
    await all.stop();
  });

  it('keeps the guests of a host whom a planned restart moves to another node, whatever its grace', async () => {
    const [one, two, going] = nodes;
    const service = await one.service({ allowPublicCode: true, hostGraceSeconds: 0 });
    const { host, code } = await going.host(service, true);
    const { client } = await one.client(service, host);
    const guests = [await one.guest(code, host), await two.guest(code, host)];
    all.server(2).kill('SIGTERM');
    expect(await host.closeCode()).toBe(1012);
    const { host: back, code: same } = await two.host(service, true);
    expect(same).toBe(code);
    expect((await all.server(2).exited).code).toBe(0);
    for (const { guest, user } of guests) {
      guest.send({ hello: user });
      expect(await back.next()).toEqual({ hello: user, user });
      back.send({ user, welcome: true });
      expect(await guest.next()).toMatchObject({ welcome: true });
    }
    // Longer than any wait for a host disconnected by a drain.
    for (const socket of [back, client, ...guests.map(({ guest }) => guest)]) await socket.expectNothing(3_000);
    await all.startNode(2);
    nodes[2] = await on(2);
  }, 120_000);

  it('tells a host to reconnect whose node was suspended until the others declared it dead', async () => {
    const [one, two, sleeper] = nodes;
    const waiting = await one.service({ allowPublicCode: true, hostGraceSeconds: 60 });
    const ending = await one.service({ allowPublicCode: true, hostGraceSeconds: 0 });
    const { host, code } = await sleeper.host(waiting, true);
    const { guest, user } = await two.guest(code, host);
    const { host: other, code: otherCode } = await sleeper.host(ending, true);
    const { guest: stranded } = await two.guest(otherCode, other);
    const beside = await sleeper.guest(code, host);
    const ends = [host, other, beside.guest].map(endOf);
    all.server(2).kill('SIGSTOP');
    try {
      const thawed = sleep(FROZEN_MS);
      expect(await stranded.next(LEASE_MS)).toEqual(ENDED);
      await thawed;
    } finally {
      all.server(2).kill('SIGCONT');
    }
    for (const end of await Promise.all(ends)) {
      expect(end.code).toBe(1012);
      // True events may still be sent; but a message that the session has ended would keep an exhibit away.
      expect(end.frames).not.toContainEqual(ENDED);
    }
    const { host: back, code: same } = await two.host(waiting, true);
    expect(same).toBe(code);
    guest.send({ hello: 1 });
    expect(await back.next()).toEqual({ hello: 1, user });
    // The other one on that node reconnects, too.
    await one.guest(code, back);
    const { code: fresh } = await one.host(ending, true);
    await two.guest(fresh);
    for (const socket of [back, guest]) await socket.expectNothing(500);
    await all.well(30_000);
  }, 120_000);

  it('leaves no trace of a killed node, ends sessions that end with their host, and lets others wait', async () => {
    const [one, two, doomed] = nodes;
    const ending = await one.service({ allowPublicCode: true });
    const waiting = await one.service({ allowPublicCode: true, hostGraceSeconds: 60 });
    const staying = await one.service({ allowPublicCode: true, guestLimit: 1 });

    const { client } = await one.client(ending);
    const { host: gone, code: goneCode } = await doomed.host(ending, true);
    const { user: goneUser } = await client.next();
    const { guest } = await two.guest(goneCode, gone);

    const { client: patient } = await one.client(waiting);
    const { code: waitingCode } = await doomed.host(waiting, true);
    const { user: waitingUser } = await patient.next();
    const { guest: patientGuest } = await two.guest(waitingCode);

    const { host, code } = await one.host(staying, true);
    const { user: lostClient } = await doomed.client(staying, host);
    const { user: lostGuest } = await doomed.guest(code, host);

    const start = Date.now();
    all.server(2).kill('SIGKILL');
    const rest = (): number => Math.max(0, LEASE_MS - (Date.now() - start));
    expect(await guest.next(rest())).toEqual(ENDED);
    expect(await guest.closeCode()).toBe(4000);
    expect(await client.next(rest())).toEqual(left('host', goneUser));
    expect(await host.next(rest())).toEqual(left('client', lostClient));
    expect(await host.next(rest())).toEqual(left('guest', lostGuest));
    await two.guest(code, host);
    expect(Date.now() - start).toBeLessThan(LEASE_MS);

    const sessions = async (id: number) => (await two.api('GET', `services/${id}/sessions`)).body.items;
    expect(await sessions(ending.id)).toEqual([]);
    // The last one must be known to wait, since the state of each channel is released on its own.
    while ((await sessions(waiting.id))[0]?.host !== null && rest() > 0) await sleep(100);
    expect(await sessions(waiting.id)).toMatchObject([{ code: waitingCode, host: null, clients: 1, guests: 1 }]);
    await one.guest(waitingCode);
    const { host: back, code: sameCode } = await two.host(waiting, true);
    expect(sameCode).toBe(waitingCode);
    patient.send({ back: 1 });
    // The guest from a moment ago may still be announced.
    const first: { readonly type?: string } = await back.next();
    expect(first.type === 'server_join' ? await back.next() : first).toMatchObject({ back: 1 });
    expect(await sessions(waiting.id)).toMatchObject([{ host: waitingUser, guests: 2 }]);
    const late = await one.connect();
    late.send({ token: goneCode });
    expect(await late.next()).not.toEqual(authorized('guest'));
    for (const socket of [client, patient, patientGuest, host]) await socket.expectNothing(500);
  }, 90_000);
});
