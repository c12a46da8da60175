import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  cleanUpProcesses,
  databasePid,
  ensureBuilt,
  type ServerProcess,
  startProcess,
  temporaryDataDir,
} from '../support/process.js';
import { FaithfulReader, StubbornWriter } from '../support/room-clients.js';
import { RoomsHarness, type TestApplication, type TestEndpoint } from '../support/rooms.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const WRITERS = 20;
const EACH = 250;
const ENV = { ...ADMIN_ENV, REST_RATE: '0', INBOUND_RATE: '0', LOG_LEVEL: 'error' };

describe('durable rooms whose server or database is killed', () => {
  let server: ServerProcess;
  let url: string;
  let app: TestApplication;
  const clients: { stop(): Promise<void> }[] = [];

  beforeAll(() => ensureBuilt(), 300_000);
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
    await cleanUpProcesses();
  });

  async function start(env: Record<string, string>, dataDir: string): Promise<void> {
    // The level hides the line that says where it listens.
    server = await startProcess({ ...ENV, LOG_LEVEL: 'info', ...env }, { dataDir });
    url = await server.url;
  }

  const onServer = () => RoomsHarness.on({ url, wsUrl: url.replace('http', 'ws') });

  /** A room with writers and readers at work. */
  async function scene(): Promise<{ writers: StubbornWriter[]; readers: FaithfulReader[] }> {
    const rooms = await onServer();
    app = await rooms.application(`Application ${Date.now()}`);
    await rooms.room(app, 'r', { durable: true });
    const writer = await rooms.endpoint(app, 'r', 'write', 'w');
    const reader = await rooms.endpoint(app, 'r', 'read', 'r');
    const address = ({ code }: TestEndpoint) => `${url.replace('http', 'ws')}/ws/endpoint/${code}/`;
    const readers = Array.from({ length: 5 }, () => new FaithfulReader(() => address(reader)));
    const endpoints = await Promise.all(
      Array.from({ length: WRITERS }, (_each, i) => rooms.endpoint(app, 'r', 'write', `w${i}`)),
    );
    expect(writer.permissions).toBe('write');
    const writers = endpoints.map((endpoint, i) => new StubbornWriter(() => address(endpoint), `w${i}`, EACH));
    clients.push(...readers, ...writers);
    return { writers, readers };
  }

  const ackedOf = (writers: readonly StubbornWriter[]) => writers.reduce((sum, { acked }) => sum + acked.size, 0);

  async function until(condition: () => boolean, what: string, ms = 60_000): Promise<void> {
    const giveUp = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > giveUp) throw new Error(`${what} did not come about\n${server.output().slice(-2_000)}`);
      await sleep(20);
    }
  }

  async function history(): Promise<{ offset: number; message: string }[]> {
    const rooms = await onServer();
    const all: { offset: number; message: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await rooms.as(app, 'GET', `rooms/r/messages?limit=200${query}`);
      all.push(...body.items);
      cursor = body.nextCursor as string | null;
    }
    return all;
  }

  /** Everything acknowledged is there once, without gap, and every reader has exactly that. */
  async function expectTruth(writers: StubbornWriter[], readers: FaithfulReader[]): Promise<void> {
    const kept = await history();
    expect(kept.map(({ offset }) => offset)).toEqual(kept.map((_each, i) => i + 1));
    const places = new Map(kept.map(({ message, offset }) => [message, offset]));
    expect(places.size).toBe(kept.length);
    for (const { acked } of writers) for (const [id, offset] of acked) expect(places.get(id)).toBe(offset);
    for (const reader of readers) {
      await until(() => reader.heard.length >= kept.length, 'a complete reader', 20_000);
      expect(reader.heard).toEqual(kept.map(({ offset, message }) => ({ offset, message })));
      expect(reader.complaints).toEqual([]);
    }
  }

  it('lose nothing and repeat nothing when the server is killed with -9', async () => {
    const dataDir = await temporaryDataDir();
    await start({}, dataDir);
    const { writers, readers } = await scene();
    await until(() => ackedOf(writers) > 1_500, 'the first acknowledgements');
    server.kill('SIGKILL');
    await server.exited;
    const before = ackedOf(writers);
    expect(before).toBeLessThan(WRITERS * EACH);
    await start({}, dataDir);
    await until(() => writers.every(({ done }) => done), 'all acknowledgements');
    await expectTruth(writers, readers);
    for (const reader of readers) expect(reader.connects).toBeGreaterThan(1);
    expect(ackedOf(writers)).toBe(WRITERS * EACH);
    expect((await history()).length).toBe(WRITERS * EACH);
  }, 180_000);

  it('never acknowledge falsely when the database is killed with -9', async () => {
    const dataDir = await temporaryDataDir();
    await start({}, dataDir);
    const { writers, readers } = await scene();
    await until(() => ackedOf(writers) > 1_000, 'the first acknowledgements');
    process.kill((await databasePid(dataDir))!, 'SIGKILL');
    await until(() => writers.every(({ done }) => done), 'all acknowledgements');
    const errors = writers.flatMap((writer) => writer.errors);
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors)).toEqual(new Set(['database_unavailable']));
    await expectTruth(writers, readers);
    expect((await history()).length).toBe(WRITERS * EACH);
    // The server itself went on.
    for (const reader of readers) expect(reader.connects).toBe(1);
  }, 180_000);

  describe('behind a cable that can be cut', () => {
    let database: TestDatabase;
    let proxy: TcpProxy;

    beforeAll(async () => {
      database = await createTestDatabase();
      proxy = await new TcpProxy(new URL(database.url)).open();
    });
    afterAll(async () => {
      await proxy.cut();
      await database.drop();
    });

    it('answer late or with an error, close who asked for no answer, and relay on where nothing is kept', async () => {
      await start({ DATABASE_URL: proxy.url }, await temporaryDataDir());
      const rooms = await onServer();
      app = await rooms.application(`Cut ${Date.now()}`);
      await rooms.room(app, 'r', { durable: true });
      await rooms.room(app, 'plain');
      const acks = await rooms.member(app, 'r', 'write', 'w', '?acks=1');
      const silent = await rooms.member(app, 'r', 'write', 's');
      const [a, b] = [await rooms.member(app, 'plain'), await rooms.member(app, 'plain')];
      const endpoint = await rooms.endpoint(app, 'plain', 'read');

      proxy.freeze(true);
      acks.send({ message: 'late', id: '1' });
      await acks.expectNothing(500);
      a.send({ message: 'x' });
      expect(await b.next()).toMatchObject({ message: 'x' });
      proxy.freeze(false);
      expect(await acks.next()).toMatchObject({ ack: '1', offset: 1 });

      await proxy.cut();
      acks.send({ message: 'never', id: '2' });
      expect(await acks.next()).toMatchObject({ error: { code: 'database_unavailable' }, id: '2' });
      silent.send({ message: 'unheard' });
      expect(await silent.closeCode()).toBe(1013);
      a.send({ message: 'y' });
      expect(await b.next()).toMatchObject({ message: 'y' });
      expect((await rooms.as(app, 'POST', 'rooms/r/messages', { message: 1 })).status).toBe(503);
      expect((await rooms.legacy('/list_rooms/', app.apiKey)).status).toBe(503);
      await expect(rooms.connect(endpoint)).rejects.toThrow('503');

      await proxy.open();
      acks.send({ message: 'never', id: '2' });
      expect(await acks.next()).toMatchObject({ ack: '2', offset: 2 });
      await rooms.connect(endpoint);
      expect((await history()).map(({ message }) => message)).toEqual(['late', 'never']);
      await rooms.hangUp();
    }, 120_000);
  });
});
