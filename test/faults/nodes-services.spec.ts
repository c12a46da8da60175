import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { authorized, ENDED, left, ServicesHarness } from '../support/services.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** By when the others know that a node has died, and have done what it leaves to do. */
const LEASE_MS = 15_000;
type Harness = ServicesHarness<{ url: string; wsUrl: string }>;

describeWith('redis-server', 'services on three nodes', () => {
  let all: ThreeNodes;
  let nodes: [Harness, Harness, Harness];

  beforeAll(async () => {
    all = await ThreeNodes.start();
    const on = (n: number) => ServicesHarness.on({ url: all.url(n), wsUrl: all.wsUrl(n) });
    nodes = [await on(0), await on(1), await on(2)];
  }, 180_000);
  afterAll(async () => {
    await Promise.all(nodes.slice(0, 2).map((node) => node.hangUp()));
    await cleanUpProcesses();
    await all.stop();
  });

  it('leaves no ghost of a node that is killed, ends what ends with its host, and lets wait what may', async () => {
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
    // It has to be settled that the last one waits: everything of one channel is released by itself.
    while ((await sessions(waiting.id))[0]?.host !== null && rest() > 0) await sleep(100);
    expect(await sessions(waiting.id)).toMatchObject([{ code: waitingCode, host: null, clients: 1, guests: 1 }]);
    await one.guest(waitingCode);
    const { host: back, code: sameCode } = await two.host(waiting, true);
    expect(sameCode).toBe(waitingCode);
    patient.send({ back: 1 });
    expect(await back.next()).toMatchObject({ back: 1 });
    expect(await sessions(waiting.id)).toMatchObject([{ host: waitingUser, guests: 2 }]);
    const late = await one.connect();
    late.send({ token: goneCode });
    expect(await late.next()).not.toEqual(authorized('guest'));
    for (const socket of [client, patient, patientGuest, host]) await socket.expectNothing(500);
  }, 90_000);
});
