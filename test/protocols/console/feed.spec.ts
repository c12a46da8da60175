import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallLedger } from '../../../src/modules/calls/call-ledger.service.js';
import { ADMIN, newUser, type Session, signIn } from '../../support/api.js';
import { FeedTime, STEP_MS } from '../../support/feed-time.js';
import { sendsBadFrames } from '../../support/frame-witness.js';
import { RoomsHarness, take, type TestApplication } from '../../support/rooms.js';
import { ServicesHarness } from '../../support/services.js';
import { WsClient } from '../../support/ws-client.js';

/** The live feed of consoles. */
describe('the feed of consoles', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let app: TestApplication;
  let time: FeedTime;
  const clients: WsClient[] = [];

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    app = await rooms.application('Followed');
    await (await ServicesHarness.on(rooms.app)).nodesKnowEachOther();
    time = new FeedTime(rooms.app);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await rooms.hangUp();
  });
  afterAll(async () => {
    time.stop();
    await rooms.close();
  });

  const ticketOf = async (accessToken: string): Promise<string> => {
    const { status, body } = await rooms.call('POST', 'tickets', { token: accessToken, body: {} });
    expect(status).toBe(201);
    return body.ticket as string;
  };
  const open = async (ticket: string): Promise<WsClient> => {
    const client = await WsClient.open(`${rooms.server.wsUrl}/ws/console/`, {}, ['switchboard.v1', `bearer.${ticket}`]);
    clients.push(client);
    return client;
  };
  const enter = async (session?: Session): Promise<WsClient> =>
    open(await ticketOf((session ?? (await signIn(rooms.call, ADMIN.email, ADMIN.password))).accessToken));
  /** A user with this role. */
  const personOf = async (role: string): Promise<Session> => {
    const person = await newUser(rooms.call);
    await setRole(person, role);
    return person;
  };
  const setRole = async ({ user }: Session, role: string): Promise<void> => {
    expect((await rooms.admin('PATCH', `accounts/${user.id}`, { role })).status).toBe(200);
  };
  const follow = async (client: WsClient, wish: Readonly<Record<string, unknown>>): Promise<void> => {
    client.send({ type: 'subscribe', ...wish });
    await client.expectNext({ type: 'subscribed', id: wish.id });
  };
  /** The next frame that `isWanted`; skips others. */
  const until = async (client: WsClient, isWanted: (frame: Frame) => boolean): Promise<Frame> => {
    for (;;) {
      const frame = (await client.next()) as Frame;
      if (isWanted(frame)) return frame;
    }
  };

  it('admits viewers by ticket, once', async () => {
    const viewer = await personOf('viewer');
    const ticket = await ticketOf(viewer.accessToken);
    const client = await open(ticket);
    expect(client.socket.protocol).toBe('switchboard.v1');
    await expect(open(ticket)).rejects.toThrow('401');
    await expect(open('sbt_account_nothing')).rejects.toThrow('401');
    await expect(WsClient.open(`${rooms.server.wsUrl}/ws/console/`)).rejects.toThrow('401');
    await expect(enter(await newUser(rooms.call))).rejects.toThrow('403');
    const { body } = await rooms.admin('GET', `connections?protocol=console&account=${viewer.user.id}`);
    expect(body.items).toMatchObject([{ principal: { kind: 'user', label: viewer.user.email } }]);
  });

  it('sends the samples of the last hour, those since a time, and each new one', async () => {
    time.step();
    const client = await enter();
    await follow(client, { id: 'all', topic: 'overview' });
    const first = await client.next();
    expect(first).toMatchObject({ type: 'samples', id: 'all', samples: { stepSeconds: 10, missing: [] } });
    const hour = first.samples as Samples;
    expect(hour.series.every(({ values }) => values.length === 360)).toBe(true);
    const end = endOf(hour);
    // Two consoles, each of which continues from its own position.
    const other = await enter();
    await follow(other, { id: 'some', topic: 'overview', after: new Date(end - 5 * STEP_MS).toISOString() });
    const some = (await other.next()).samples as Samples;
    expect([Date.parse(some.from), endOf(some)]).toEqual([end - 4 * STEP_MS, end]);
    time.step();
    const nexts = await Promise.all([client.next(), other.next()]);
    for (const { samples } of nexts as { samples: Samples }[]) {
      expect([Date.parse(samples.from), endOf(samples)]).toEqual([end, end + STEP_MS]);
      expect(samples.series.some(({ name, values }) => name === 'connections' && values.at(-1) !== null)).toBe(true);
    }
    expect((nexts[0].samples as Samples).nodes).toBe(rooms.app.nodes.length);
  });

  it('follows the counters and events of a connection, on any node', async () => {
    await rooms.room(app, 'watched');
    await rooms.member(app, 'watched', 'write', 'other');
    const endpoint = await rooms.endpoint(app, 'watched', 'read', 'screen');
    const screen = await rooms.connect(endpoint);
    const { body } = await rooms.admin('GET', 'connections?room=watched&q=screen');
    const { id } = body.items[0] as { id: string };
    const console = await enter();
    await follow(console, { id: 'c', topic: 'connection', connection: id });
    const first = await console.next();
    expect(first).toMatchObject({
      type: 'connection',
      id: 'c',
      connection: { id, messagesIn: 0, admittedAt: expect.any(String) },
      timeline: [
        { what: 'connected' },
        { what: 'admitted', detail: 'watched: screen' },
        { what: 'present', detail: `application ${app.id}` },
        { what: 'present', detail: 'room watched' },
      ],
    });
    // The connection may only read.
    screen.send({ message: 1 });
    const refused = await until(console, ({ timeline = [] }) => timeline.length > 0);
    expect(refused).toMatchObject({
      connection: { messagesIn: 1 },
      timeline: [{ what: 'refused', detail: 'it may only read' }],
    });
    // A console that comes later hears all of it.
    const late = await enter();
    await follow(late, { id: 'l', topic: 'connection', connection: id });
    expect((await late.next()).timeline).toHaveLength(5);
    expect((await rooms.as(app, 'DELETE', `rooms/watched/endpoints/${endpoint.code}`)).status).toBe(204);
    for (const each of [console, late]) {
      const closed = await until(each, ({ timeline = [] }) => timeline.length > 0);
      expect(closed.timeline).toMatchObject([{ what: 'closed', detail: 'by the server, code 1008, not allowed' }]);
      expect(await each.next()).toMatchObject({ type: 'ended' });
    }
    expect(await screen.closeCode()).toBe(1008);
    // Its node remembers an ended connection for a while.
    await follow(late, { id: 'again', topic: 'connection', connection: id });
    expect((await late.next()).timeline.at(-1)).toMatchObject({ what: 'closed' });
    await late.expectNext({ type: 'ended', id: 'again' });
    late.send({ type: 'subscribe', id: 'x', topic: 'connection', connection: `${id}zzz` });
    expect(await late.next()).toMatchObject({ type: 'refused', id: 'x', code: 'not_found' });
  });

  it.each([false, true])('lets an operator read along in a room (durable: %s), leaving a trace', async (durable) => {
    const name = durable ? 'kept' : 'passing';
    await rooms.room(app, name, { durable });
    const wish = { id: 'r', topic: 'room', application: app.id, room: name };
    const viewer = await enter(await personOf('viewer'));
    viewer.send({ type: 'subscribe', ...wish });
    expect(await viewer.next()).toMatchObject({ type: 'refused', id: 'r', code: 'forbidden' });
    const operator = await personOf('operator');
    const console = await enter(operator);
    await follow(console, wish);
    const { body } = await rooms.admin('GET', 'audit?action=rooms.read-messages');
    expect(body.items[0]).toMatchObject({
      actor: { kind: 'user', label: operator.user.email },
      target: { kind: 'room', label: name },
      changes: { application: app.id, live: true },
    });
    const writer = await rooms.member(app, name, 'readwrite', 'Ann');
    // Any value, at any precision.
    writer.send('{"message":{"n":12345678901234567890}}');
    expect(await console.nextText()).toContain('"message":{"n":12345678901234567890},"identity":"Ann"');
    writer.send({ message: 2 });
    expect(await console.next()).toMatchObject({
      type: 'message',
      id: 'r',
      message: 2,
      ...(durable && { offset: 2, epoch: expect.any(String) }),
    });
    await take(writer, 2);
    // Nobody in the room sees that somebody reads along.
    expect((await rooms.admin('GET', `applications/${app.id}/rooms/${name}/presence`)).body.count).toBe(1);
    // The room starts or stops keeping messages: nothing is missed, and nothing comes twice.
    expect((await rooms.as(app, 'PATCH', `rooms/${name}`, { durable: !durable })).status).toBe(200);
    for (let said = 1, isSwitched = false; !isSwitched; said++) {
      writer.send({ message: `again ${said}` });
      const heard = await until(console, ({ type }) => type === 'message');
      expect(heard.message).toBe(`again ${said}`);
      isSwitched = (heard.offset === undefined) === durable;
    }
    console.send({ type: 'unsubscribe', id: 'r' });
    console.send({ type: 'subscribe', id: 'none', topic: 'room', application: app.id, room: 'nowhere' });
    expect(await until(console, ({ id }) => id === 'none')).toMatchObject({ type: 'refused', code: 'not_found' });
    writer.send({ message: 3 });
    await console.expectNothing();
  });

  it('sends new entries of the audit log, once', async () => {
    const console = await enter();
    await follow(console, { id: 'a', topic: 'audit' });
    const service = await rooms.admin('POST', 'services', { title: 'Followed' });
    expect(service.status).toBe(201);
    const told = await until(console, ({ items = [] }) => items.some(({ action }) => action === 'services.create'));
    const [entry, ...more] = told.items!.filter(({ action }) => action === 'services.create');
    expect(more).toEqual([]);
    // With the emails of which the log itself only holds digests.
    expect(entry).toEqual((await rooms.admin('GET', `audit/${String(entry!.id)}`)).body);
    await rooms.admin('DELETE', `services/${service.body.id}`);
    const next = await until(console, ({ type }) => type === 'entries');
    expect(next.items!.map(({ action }) => action)).not.toContain('services.create');
  });

  it('reports calls that begin, change and end, on any node', async () => {
    const console = await enter();
    await follow(console, { id: 'k', topic: 'calls' });
    const ledger = rooms.app.nodes.at(-1)!.get(CallLedger);
    const call = ledger.newCall('signaling');
    ledger.rang(call, { sid: 'from', name: 'Ann' }, { sid: 'to', name: 'Bob' });
    const told = async () => (await until(console, ({ type }) => type === 'calls')).items;
    const [ringing, ...more] = (await told())!;
    expect([ringing, more]).toMatchObject([{ protocol: 'signaling', state: 'ringing' }, []]);
    ledger.answered(call);
    expect(await told()).toMatchObject([{ id: ringing!.id, state: 'live' }]);
    ledger.ended(call, 'completed');
    expect(await told()).toMatchObject([{ id: ringing!.id, state: 'ended', outcome: 'completed' }]);
  });

  it('is bounded, and refuses an id that is taken', async () => {
    const console = await enter();
    for (let n = 0; n < 16; n++) await follow(console, { id: `s-${n}`, topic: 'calls' });
    console.send({ type: 'subscribe', id: 's-0', topic: 'calls' });
    expect(await console.next()).toMatchObject({ type: 'refused', id: 's-0', code: 'conflict' });
    console.send({ type: 'subscribe', id: 'more', topic: 'calls' });
    expect(await console.next()).toMatchObject({ type: 'refused', id: 'more', code: 'rate_limited' });
    console.send({ type: 'unsubscribe', id: 's-0' });
    console.send({ type: 'unsubscribe', id: 'nothing' });
    await follow(console, { id: 'more', topic: 'calls' });
  });

  it.each<[string, number]>([
    ['no JSON', 1007],
    ['[]', 1007],
    ['{"type":"subscribe","id":"a"}', 1007],
    ['{"type":"subscribe","id":"a b","topic":"calls"}', 1007],
    ['{"type":"subscribe","id":"a","topic":"constructor"}', 1007],
    ['{"type":"subscribe","id":"a","topic":"overview","after":"soon"}', 1007],
    ['{"type":"subscribe","id":"a","topic":"room","room":"r","application":"1"}', 1007],
    ['{"type":"publish","id":"a"}', 1007],
    [`{"type":"unsubscribe","id":"a","more":"${'x'.repeat(5_000)}"}`, 1009],
  ])('closes with a code on %.60s', async (frame, code) => {
    sendsBadFrames();
    const console = await enter();
    console.send(frame);
    expect(await console.closeCode()).toBe(code);
  });

  it('follows the role, and ends with it', async () => {
    await rooms.room(app, 'for-operators');
    const person = await personOf('operator');
    const console = await enter(person);
    await follow(console, { id: 'r', topic: 'room', application: app.id, room: 'for-operators' });
    await follow(console, { id: 'k', topic: 'calls' });
    await setRole(person, 'viewer');
    await console.expectNext({ type: 'ended', id: 'r' });
    const writer = await rooms.member(app, 'for-operators', 'write', 'Ann');
    writer.send({ message: 'unheard' });
    await console.expectNothing();
    await setRole(person, 'user');
    expect(await console.closeCode()).toBe(1008);
  });

  it.each([
    ['its login ends', async (person: Session) => rooms.call('POST', 'auth/logout', { token: person.accessToken })],
    [
      'the account is disabled',
      (person: Session) => rooms.admin('PATCH', `accounts/${person.user.id}`, { disabled: true }),
    ],
    ['the account is revoked', (person: Session) => rooms.admin('POST', 'revocations', { user: person.user.id })],
  ])('ends when %s', async (_what, take) => {
    const person = await personOf('viewer');
    const console = await enter(person);
    await follow(console, { id: 'k', topic: 'calls' });
    expect((await take(person)).status).toBeLessThan(300);
    expect(await console.closeCode()).toBe(1008);
  });
});

interface Frame {
  readonly type: string;
  readonly id: string;
  readonly offset?: number;
  readonly timeline?: readonly { readonly what: string }[];
  readonly items?: readonly { readonly id: number; readonly action: string }[];
  readonly message?: unknown;
}

interface Samples {
  readonly from: string;
  readonly nodes: number;
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** When the last step ended. */
const endOf = ({ from, series }: Samples): number => Date.parse(from) + ((series[0]?.values.length ?? 0) - 1) * STEP_MS;
