import { afterEach, beforeEach, expect, it } from 'vitest';
import { kicked, left } from '../../src/modules/services/services.events.js';
import { type ServiceOptions } from '../../src/modules/services/directory/services.repository.js';
import { type FakeConnection, FakeRepository } from '../support/services-domain.js';
import { ServicesNode } from '../support/services-node.js';
import { describeRedis, eventually, sleep, startRedisNode } from './node.js';

const ENDED = kicked('Session ended by host');
/** How long to listen for what must not come. */
const QUIET_MS = 150;

interface Scene {
  readonly service: number;
  readonly hostToken: string;
  readonly clientToken: string;
}

const codeOf = ({ received }: FakeConnection): string => {
  const coded = received.find((event) => event.type === 'services.coded');
  return coded?.code ?? '';
};
const idOf = ({ principal }: FakeConnection): string => principal?.id ?? '';
const leaves = ({ received }: FakeConnection): string[] =>
  received.flatMap((event) => (event.type === 'services.left' ? [event.user] : []));

describeRedis('services when a node is lost', ['single', 'cluster'], (redis) => {
  let doomed: ServicesNode;
  let one: ServicesNode;
  let two: ServicesNode;
  let isDead: boolean;

  beforeEach(async () => {
    await redis().flush();
    const repository = new FakeRepository(
      () => Promise.resolve(),
      () => Promise.resolve(),
    );
    const start = async () => new ServicesNode(await startRedisNode(redis().url), repository);
    [doomed, one, two] = [await start(), await start(), await start()];
    isDead = false;
    await doomed.join(one, two);
    await one.join(two);
    await two.join(one);
  });
  afterEach(async () => {
    await Promise.all([one, two].map((node) => node.settled()));
    await Promise.all([...(isDead ? [] : [doomed]), one, two].map((node) => node.close()));
  });

  async function scene(options: ServiceOptions = {}): Promise<Scene> {
    const { service, hostToken, clientToken } = await one.admin.create({
      title: 'T',
      allowPublicCode: true,
      ...options,
    });
    return { service: service.id, hostToken, clientToken };
  }

  /** Like kill -9, followed by the cleanup of another node after the lease. */
  async function kill(): Promise<void> {
    const { incarnation } = doomed.ports.identity;
    isDead = true;
    doomed.ports.connection.close();
    await one.ports.presence.releaseNode(incarnation);
    await one.ports.store.releaseNode(incarnation);
  }

  const hosts = async ({ service }: Scene) =>
    (await two.admin.listSessions(service, { limit: 200 })).items.map(({ host }) => host);

  it('tells hosts once about clients and guests lost with it, and frees the places of guests', async () => {
    const s = await scene({ guestLimit: 1 });
    const host = await one.login(s.hostToken);
    const client = await doomed.login(s.clientToken);
    const guest = await doomed.login(codeOf(host));
    expect((await two.login(codeOf(host))).closed).toBe(true);
    await kill();
    await eventually(() => leaves(host).length === 2);
    expect((await two.login(codeOf(host))).closed).toBe(false);
    await sleep(QUIET_MS);
    expect(leaves(host)).toEqual([idOf(client), idOf(guest)]);
    expect((await one.peers.list(s.service)).map(({ data }) => data.role)).toEqual(['host', 'guest']);
  });

  it('keeps counting the guests of other nodes, though the lost node counted last', async () => {
    const s = await scene({ guestLimit: 2 });
    const host = await one.login(s.hostToken);
    await one.login(codeOf(host));
    const guest = await doomed.login(codeOf(host));
    guest.close();
    await guest.settled();
    await kill();
    const late = [await two.login(codeOf(host)), await two.login(codeOf(host))];
    expect(late.map(({ closed }) => closed)).toEqual([false, true]);
  });

  it('ends the session of its host: guests are closed, clients hear the host leave once, the code is dead', async () => {
    const s = await scene();
    const client = await one.login(s.clientToken);
    const host = await doomed.login(s.hostToken);
    const guest = await two.login(codeOf(host));
    await kill();
    await eventually(() => guest.closed && leaves(client).length === 1);
    await sleep(QUIET_MS);
    expect(guest.received.slice(-1)).toEqual([ENDED]);
    expect(leaves(guest)).toEqual([]);
    expect(leaves(client)).toEqual([idOf(host)]);
    expect((await two.login(codeOf(host))).closed).toBe(true);
    expect(await hosts(s)).toEqual([]);
    expect((await one.peers.list(s.service)).map(({ id }) => id)).toEqual([idOf(client)]);
  });

  it('lets a session wait for its host, who continues on another node, unnoticed', async () => {
    const s = await scene({ hostGraceSeconds: 30 });
    // The settings apply to the lost node, too.
    const host = await doomed.login(s.hostToken);
    const client = await one.login(s.clientToken);
    const guest = await two.login(codeOf(host));
    await kill();
    expect(await hosts(s)).toEqual([null]);
    expect((await two.login(codeOf(host))).closed).toBe(false);
    const back = await two.login(s.hostToken);
    expect([codeOf(back), idOf(back)]).toEqual([codeOf(host), idOf(host)]);
    await sleep(QUIET_MS);
    expect([client.closed, guest.closed]).toEqual([false, false]);
    expect([...leaves(client), ...leaves(guest)]).toEqual([]);
    expect(await hosts(s)).toEqual([idOf(host)]);
  });

  it.each(['after', 'before'])(
    'keeps guests if a planned restart disconnects their host, who comes back %s its old socket has ended',
    async (when) => {
      const s = await scene();
      const host = await doomed.login(s.hostToken);
      const client = await one.login(s.clientToken);
      const guest = await two.login(codeOf(host));
      two.cluster.setPeers(new Set([doomed, one].map(({ ports }) => ports.identity.name)));
      Object.assign(doomed.lifecycle, { sendsAway: true, isGoing: true });
      const end = async () => {
        host.close();
        await host.settled();
      };
      if (when === 'after') await end();
      const back = await two.login(s.hostToken);
      if (when === 'before') await end();
      expect([codeOf(back), idOf(back)]).toEqual([codeOf(host), idOf(host)]);
      doomed.losses.beforeApplicationShutdown();
      await doomed.ports.presence.releaseNode(doomed.ports.identity.incarnation);
      await doomed.ports.store.releaseNode(doomed.ports.identity.incarnation);
      await sleep(QUIET_MS);
      expect([client.closed, guest.closed, back.closed]).toEqual([false, false, false]);
      expect([...leaves(client), ...leaves(guest)]).toEqual([]);
      expect(await hosts(s)).toEqual([idOf(host)]);
    },
  );

  it('ends the session of a host that leaves by itself, and of one that is replaced', async () => {
    const s = await scene();
    const host = await doomed.login(s.hostToken);
    const guest = await two.login(codeOf(host));
    const next = await one.login(s.hostToken);
    await eventually(() => guest.closed && host.closed);
    const other = await two.login(codeOf(next));
    next.close();
    await eventually(() => other.closed);
  });

  it('ends a session if its host does not come back', async () => {
    const s = await scene({ hostGraceSeconds: 1 });
    const host = await doomed.login(s.hostToken);
    const client = await one.login(s.clientToken);
    const guest = await two.login(codeOf(host));
    await kill();
    expect(guest.closed).toBe(false);
    await eventually(() => guest.closed && leaves(client).length === 1, 3_000);
    expect(guest.received.slice(-1)).toEqual([ENDED]);
    expect(await hosts(s)).toEqual([]);
  });

  it.each(['is lost', 'stops by itself'])('keeps a session’s deadline if its waiting node %s', async (how) => {
    const s = await scene({ hostGraceSeconds: 2 });
    const host = await doomed.login(s.hostToken);
    const guest = await one.login(codeOf(host));
    const session = host.principal?.session ?? '';
    host.close();
    await host.settled();
    const { until } = (await one.sessions.ownerOf(s.service, session)) ?? {};
    expect(until).toEqual(expect.any(Number));
    await sleep(1_000);
    if (how === 'is lost') {
      await kill();
    } else {
      doomed.losses.beforeApplicationShutdown();
      const { presence, store, identity } = doomed.ports;
      await presence.releaseNode(identity.incarnation);
      await store.releaseNode(identity.incarnation);
    }
    expect((await one.sessions.ownerOf(s.service, session))?.until).toBe(until);
    expect(guest.closed).toBe(false);
    expect(await hosts(s)).toEqual([null]);
    await eventually(() => guest.closed, 2_000);
    expect(Date.now()).toBeGreaterThanOrEqual(until ?? Infinity);
  });

  it('spares a session that was continued on another node', async () => {
    const s = await scene({ hostGraceSeconds: 30 });
    const host = await doomed.login(s.hostToken);
    const guest = await one.login(codeOf(host));
    host.close();
    await host.settled();
    const back = await two.login(s.hostToken);
    expect(codeOf(back)).toBe(codeOf(host));
    await kill();
    await sleep(QUIET_MS);
    expect([back.closed, guest.closed]).toEqual([false, false]);
    expect(await hosts(s)).toEqual([idOf(host)]);
    expect((await one.login(codeOf(host))).closed).toBe(false);
    // It fully belongs to the new host: taking over the seat ends this session.
    back.close();
    await back.settled();
    expect(codeOf(await one.login(s.hostToken))).toBe(codeOf(host));
    expect(left('host', idOf(host))).not.toEqual(guest.received.at(-1));
  });
});
