import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { DurableScene, until } from '../support/durable-scene.js';
import {
  cleanUpProcesses,
  databasePid,
  ensureBuilt,
  newDataDir,
  type ServerProcess,
  startProcess,
  temporaryDataDir,
} from '../support/process.js';
import { RoomsHarness } from '../support/rooms.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const WRITERS = 20;
const EACH = 250;
const ENV = { ...ADMIN_ENV, REST_RATE: '0', INBOUND_RATE: '0', LOG_LEVEL: 'error' };

describe('durable rooms whose server or database is killed', () => {
  let server: ServerProcess;
  let url: string;
  let scene: DurableScene | undefined;

  beforeAll(() => ensureBuilt(), 300_000);
  afterEach(async () => {
    await scene?.stop();
    scene = undefined;
    await cleanUpProcesses();
  });

  async function start(env: Record<string, string>, dataDir: string): Promise<void> {
    // The log level hides the line with its address.
    server = await startProcess({ ...ENV, LOG_LEVEL: 'info', ...env }, { dataDir });
    url = await server.url;
  }

  const onServer = () => RoomsHarness.on({ url, wsUrl: url.replace('http', 'ws') });

  async function begin(): Promise<DurableScene> {
    scene = await DurableScene.begin(onServer, () => url.replace('http', 'ws'), {
      writers: WRITERS,
      readers: 5,
      total: EACH,
    });
    return scene;
  }

  const soon = (condition: () => boolean, what: string) =>
    until(condition, what, 60_000, () => server.output().slice(-2_000));

  it('lose and repeat nothing if the server is killed with -9', async () => {
    const dataDir = await newDataDir();
    await start({}, dataDir);
    const scene = await begin();
    await soon(() => scene.acked > 1_500, 'the first acknowledgements');
    server.kill('SIGKILL');
    await server.exited;
    expect(scene.acked).toBeLessThan(WRITERS * EACH);
    await start({}, dataDir);
    await soon(() => scene.done, 'all acknowledgements');
    expect(await scene.expectTruth()).toHaveLength(WRITERS * EACH);
    for (const reader of scene.readers) expect(reader.connects).toBeGreaterThan(1);
  }, 180_000);

  it('never acknowledge falsely if the database is killed with -9', async () => {
    const dataDir = await newDataDir();
    await start({}, dataDir);
    const scene = await begin();
    await soon(() => scene.acked > 1_000, 'the first acknowledgements');
    process.kill((await databasePid(dataDir))!, 'SIGKILL');
    await soon(() => scene.done, 'all acknowledgements');
    expect(new Set(scene.errors)).toEqual(new Set(['database_unavailable']));
    expect(await scene.expectTruth()).toHaveLength(WRITERS * EACH);
    // The server itself kept running.
    for (const reader of scene.readers) expect(reader.connects).toBe(1);
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

    it('answer late or with an error, close publishers that asked for no answer, and keep relaying in plain rooms', async () => {
      await start({ DATABASE_URL: proxy.url }, await temporaryDataDir());
      const rooms = await onServer();
      const app = await rooms.application(`Cut ${Date.now()}`);
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
      const { body } = await rooms.as(app, 'GET', 'rooms/r/messages');
      expect(body.items.map(({ message }: { message: string }) => message)).toEqual(['late', 'never']);
      await rooms.hangUp();
    }, 120_000);
  });
});
