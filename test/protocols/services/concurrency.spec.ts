import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServiceOptions } from '../../../src/modules/services/directory/services.repository.js';
import { storeKey } from '../../../src/modules/realtime/ports/store-key.js';
import { audienceChannel, hostsChannel } from '../../../src/modules/services/services.channels.js';
import { authorized, relayed } from '../../../src/modules/services/services.events.js';
import { FakeConnection, ServicesDomain } from '../../support/services-domain.js';

type Step = 'host' | 'client' | 'guest' | 'hang up' | 'host hangs up' | 'rotate host' | 'rotate client' | 'end session';

/** Small and reproducible: the same seed gives the same run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Mostly short, but sometimes longer than many others together. */
function pauses(random: (below: number) => number): () => Promise<void> {
  return async () => {
    for (let i = random(12) === 0 ? 25 : random(4); i > 0; i--) await new Promise((resolve) => setImmediate(resolve));
  };
}

/** Runs the steps without waiting for each other, on ports of arbitrary slowness, until all is quiet. */
async function play(
  steps: readonly Step[],
  seed: number,
  options: ServiceOptions,
  lookUp?: () => Promise<void>,
): Promise<{
  domain: ServicesDomain;
  service: number;
  connections: FakeConnection[];
}> {
  const random = generator(seed);
  const domain = new ServicesDomain(pauses(random), lookUp);
  const { service, hostToken, clientToken } = await domain.admin.create({
    title: 'T',
    allowPublicCode: true,
    ...options,
  });
  const tokens = { host: hostToken, client: clientToken };
  const connections: FakeConnection[] = [];
  const work: Promise<unknown>[] = [];
  const lastCode = (): string =>
    connections
      .flatMap(({ received }) => received.flatMap((event) => (event.type === 'services.coded' ? [event.code] : [])))
      .at(-1) ?? 'ABCD';
  const rotate = async (role: 'host' | 'client'): Promise<void> => {
    tokens[role] = await domain.admin.rotate(service.id, role);
  };
  const login = (token: string): void => {
    const connection = new FakeConnection(domain);
    connections.push(connection);
    connection.login(token);
  };
  for (const step of steps) {
    if (step === 'host' || step === 'client') login(tokens[step]);
    else if (step === 'guest') login(lastCode());
    else if (step === 'hang up') connections[random(connections.length)]?.close();
    else if (step === 'host hangs up') connections.findLast(({ principal }) => principal?.kind === 'host')?.close();
    else if (step === 'rotate host') work.push(rotate('host'));
    else if (step === 'rotate client') work.push(rotate('client'));
    else {
      work.push(
        domain.sessions.list(service.id).then(async ([session]) => {
          if (session) await domain.admin.endSession(service.id, session.id).catch(() => undefined);
        }),
      );
    }
    for (let i = random(5); i > 0; i--) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(work);
  await Promise.all(connections.map((connection) => connection.settled()));
  // Ends may have caused further ends.
  await Promise.all(connections.map((connection) => connection.settled()));
  return { domain, service: service.id, connections };
}

type Role = 'host' | 'client' | 'guest';

interface Scene {
  readonly domain: ServicesDomain;
  readonly service: number;
  readonly host: FakeConnection;
  readonly code: string;
}

/** Closes a connection and waits until its end is complete. */
async function hangUp(connection: FakeConnection): Promise<void> {
  connection.close();
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Somebody logs in, and the whole of `action` happens while the login waits for a port for the nth time; afterwards the
 * newcomer must be gone. @returns false if the login does not wait that often
 */
async function isInterrupted(role: Role, nth: number, action: (scene: Scene) => Promise<unknown>): Promise<boolean> {
  let waits = 0;
  const due: { act?: () => Promise<unknown> } = {};
  const domain = new ServicesDomain(async () => {
    const { act } = due;
    if (act === undefined || waits++ !== nth) return;
    delete due.act;
    await act();
  });
  const { service, hostToken, clientToken } = await domain.admin.create({ title: 'T', allowPublicCode: true });
  const host = new FakeConnection(domain);
  host.login(hostToken);
  await host.settled();
  const coded = host.received.find((event) => event.type === 'services.coded');
  const scene = { domain, service: service.id, host, code: coded?.code ?? '' };
  const newcomer = new FakeConnection(domain);
  due.act = () => action(scene);
  newcomer.login({ host: hostToken, client: clientToken, guest: scene.code }[role]);
  await newcomer.settled();
  await host.settled();
  const happened = !('act' in due);
  if (happened) {
    expect(newcomer.closed, `interrupted at ${nth}`).toBe(true);
    await newcomer.settled();
    await expectConsistency({ domain, service: service.id, connections: [host, newcomer] });
  }
  newcomer.close();
  host.close();
  return happened;
}

/** Who is there now, according to what a connection has heard. No user may be reported to leave twice. */
function heardOf({ received }: FakeConnection): { present: Set<string>; twice: string[] } {
  const present = new Set<string>();
  const gone = new Set<string>();
  const twice: string[] = [];
  for (const event of received) {
    if (event.type === 'services.joined') present.add(event.user);
    if (event.type !== 'services.left') continue;
    present.delete(event.user);
    if (gone.has(event.user)) twice.push(event.user);
    gone.add(event.user);
  }
  return { present, twice };
}

async function expectConsistency(
  run: Awaited<ReturnType<typeof play>>,
  { allowMultipleHosts = false, hostGraceSeconds = 0 }: ServiceOptions = {},
): Promise<void> {
  const singleHost = !allowMultipleHosts;
  const hasGrace = hostGraceSeconds > 0;
  const { domain, service, connections } = run;
  const open = connections.filter(({ closed, principal }) => !closed && principal !== null);
  const ids = open.map(({ principal }) => principal?.id ?? '');
  const hosts = open.filter(({ principal }) => principal?.kind === 'host');
  const guests = open.filter(({ principal }) => principal?.kind === 'guest');
  if (singleHost) expect(hosts.length).toBeLessThanOrEqual(1);
  expect(connections.filter(({ closed, principal }) => !closed && principal === null)).toEqual([]);

  const sessions = await domain.sessions.list(service);
  if (singleHost) expect(sessions.length).toBeLessThanOrEqual(1);
  // A session waits for an absent host under the host's user id.
  const away: string[] = [];
  for (const { id, data } of sessions) if (await domain.sessions.isAway(service, id)) away.push(data.host);
  if (!hasGrace) expect(away).toEqual([]);
  ids.push(...away);
  const peers = await domain.peers.list(service);
  expect(peers.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(sessions.map(({ data }) => data.host).sort()).toEqual(
    [...hosts.map(({ principal }) => principal?.id), ...away].sort(),
  );
  for (const { principal } of guests) expect(sessions.map(({ id }) => id)).toContain(principal?.session);

  for (const connection of open) {
    const { present, twice } = heardOf(connection);
    expect(twice).toEqual([]);
    expect([...present].filter((user) => !ids.includes(user))).toEqual([]);
  }
  expect(await domain.store.held('services:code:')).toHaveLength(sessions.length);
  expect(await domain.store.held(`services:${service}:owner:`)).toHaveLength(sessions.length);
  const counters = await domain.store.held(`services:${service}:guests:`);
  let counted = 0;
  for (const key of counters) counted += (await domain.store.get(storeKey<number>(key))) ?? 0;
  expect(counted).toBe(guests.length);
  domain.grace.onModuleDestroy();
}

const any = fc.constantFrom<Step>('host', 'host', 'host', 'client', 'client', 'guest', 'guest', 'hang up', 'hang up');
const withAdmin = fc.oneof(
  { weight: 6, arbitrary: any },
  { weight: 1, arbitrary: fc.constantFrom<Step>('rotate host', 'rotate client', 'end session') },
);

describe('overlapping logins, ends and changes, in every order', () => {
  it.each<[string, ServiceOptions]>([
    ['one host', {}],
    ['one host with grace', { hostGraceSeconds: 60 }],
    ['several hosts with grace', { hostGraceSeconds: 60, allowMultipleHosts: true }],
    ['several hosts', { allowMultipleHosts: true }],
    ['a guest limit', { guestLimit: 2 }],
  ])('leave a consistent service: %s', async (_name, options) => {
    await fc.assert(
      fc.asyncProperty(fc.array(withAdmin, { minLength: 2, maxLength: 25 }), fc.integer(), async (steps, seed) => {
        await expectConsistency(await play(steps, seed, options), options);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Step[]]>([
    ['a host token that is rotated', ['host', 'rotate host', 'guest']],
    ['a client token that is rotated', ['host', 'client', 'rotate client']],
    ['guests while the host leaves', ['host', 'guest', 'guest', 'host hangs up']],
    ['sessions that admins end', ['host', 'guest', 'end session']],
  ])('leave a consistent service: %s', async (_name, alphabet) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...alphabet), { minLength: 3, maxLength: 12 }),
        fc.integer(),
        async (steps, seed) => {
          await expectConsistency(await play(['client', 'host', ...steps], seed, {}));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each<[string, ServiceOptions]>([
    ['one host', { hostGraceSeconds: 60 }],
    ['several hosts', { hostGraceSeconds: 60, allowMultipleHosts: true }],
  ])('leave a consistent service if many who waited for one lookup continue at once: %s', async (_name, options) => {
    // Usually longer than all steps together.
    const lookUp = async () => {
      for (let i = 0; i < 60; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    const steps = fc.array(any, { minLength: 4, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), async (each, seed) => {
        await expectConsistency(await play(each, seed, options, lookUp), options);
      }),
      { numRuns: 300 },
    );
  });

  it('leave one of many simultaneous hosts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const run = await play(['client', ...Array<Step>(8).fill('host')], seed, {});
        await expectConsistency(run);
        expect(await run.domain.sessions.list(run.service)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Role, (scene: Scene) => Promise<unknown>]>([
    ['a client whose token is rotated', 'client', ({ domain, service }) => domain.admin.rotate(service, 'client')],
    ['a host whose token is rotated', 'host', ({ domain, service }) => domain.admin.rotate(service, 'host')],
    ['a guest whose host leaves', 'guest', ({ host }) => hangUp(host)],
    ['a guest whose host loses its token', 'guest', ({ domain, service }) => domain.admin.rotate(service, 'host')],
    ['a guest whose session is ended', 'guest', ({ domain, service, code }) => domain.admin.endSession(service, code)],
    ['a client of a service that is deleted', 'client', ({ domain, service }) => domain.admin.delete(service)],
    ['a host of a service that is deleted', 'host', ({ domain, service }) => domain.admin.delete(service)],
    ['a guest of a service that is deleted', 'guest', ({ domain, service }) => domain.admin.delete(service)],
  ])('do not admit %s, whenever during the login it happens', async (_name, role, action) => {
    let points = 0;
    while (await isInterrupted(role, points, action)) points++;
    expect(points).toBeGreaterThan(5);
  });

  it.each(['host', 'client', 'guest'] as const)('send nothing to a %s before its success', async (role) => {
    const domain = new ServicesDomain();
    const { service, hostToken, clientToken } = await domain.admin.create({ title: 'T', allowPublicCode: true });
    const host = new FakeConnection(domain);
    host.login(hostToken);
    await host.settled();
    const coded = host.received.find((event) => event.type === 'services.coded');
    const newcomer = new FakeConnection(domain);
    newcomer.login({ host: hostToken, client: clientToken, guest: coded?.code ?? '' }[role]);
    // Others send in every gap of the login; the lookup begins after a turn of the event loop.
    for (let gap = 1; newcomer.principal === null; gap++) {
      domain.hub.publish(hostsChannel(service.id), relayed(Buffer.from('{}')));
      domain.hub.publish(audienceChannel(service.id), relayed(Buffer.from('{}')));
      await (gap % 50 === 0 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve());
    }
    expect(newcomer.received[0]).toEqual(authorized(role));
  });

  it('never exceed a guest limit, and always reach it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = generator(seed);
        const domain = new ServicesDomain(pauses(random));
        const { hostToken } = await domain.admin.create({ title: 'T', allowPublicCode: true, guestLimit: 3 });
        const host = new FakeConnection(domain);
        host.login(hostToken);
        await host.settled();
        const coded = host.received.find((event) => event.type === 'services.coded');
        const guests = Array.from({ length: 9 }, () => new FakeConnection(domain));
        for (const guest of guests) guest.login(coded?.code ?? '');
        await Promise.all(guests.map((guest) => guest.settled()));
        expect(guests.filter(({ closed }) => !closed)).toHaveLength(3);
      }),
      { numRuns: 100 },
    );
  });
});
