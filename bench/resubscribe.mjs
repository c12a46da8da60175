// How long one node misses events on a Redis Cluster of three masters with a replica each, and how many commands it sends,
// when its connections break and when a master is killed.
// node bench/resubscribe.mjs [channels] ; needs a build, redis-server and redis-cli. Prints one line of JSON per fault.
// Measures the port alone, with the channels of rooms: no database, no clients.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createClient } from 'redis';
import { loadConfig } from '../dist/src/config/load-config.js';
import { channel } from '../dist/src/modules/realtime/channel.js';
import { RedisBroker } from '../dist/src/modules/realtime/redis/bus/redis.broker.js';
import { RedisConnection } from '../dist/src/modules/realtime/redis/connection/redis-connection.js';
import { freePort } from './server-process.mjs';

const CHANNELS = Number(process.argv[2] ?? 50_000);
const NODE_TIMEOUT_MS = 1_500;
const PATIENCE_MS = 60_000;
const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-resubscribe-'));
const servers = [];

async function startServer() {
  const [port, bus] = [await freePort(), await freePort()];
  const args =
    `--port ${port} --cluster-port ${bus} --bind 127.0.0.1 --save --cluster-enabled yes --dir ${folder}`.split(' ');
  args.splice(args.indexOf('--save') + 1, 0, '');
  const own = ['--cluster-config-file', `${port}.conf`, '--cluster-node-timeout', `${NODE_TIMEOUT_MS}`];
  const child = spawn('redis-server', [...args, ...own], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const client = createClient({ socket: { host: '127.0.0.1', port }, disableOfflineQueue: false });
  client.on('error', () => undefined);
  await client.connect();
  servers.push({ port, child, client });
}

const living = () => servers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
const sum = async (of) => (await Promise.all(living().map(of))).reduce((all, each) => all + each, 0);
const figureOf =
  (section, pattern) =>
  async ({ client }) =>
    Number(pattern.exec(await client.info(section))?.[1] ?? 0);
const subscribed = () => sum(figureOf('stats', /pubsubshard_channels:(\d+)/));
/** Per server, since the count of a killed one is lost with it. */
const commands = () => Promise.all(servers.map(async (server) => (living().includes(server) ? asked(server) : 0)));
const asked = figureOf('commandstats', /cmdstat_ssubscribe:calls=(\d+)/);
const more = (before, after) => after.reduce((all, each, n) => all + Math.max(0, each - before[n]), 0);

const isReplica = async ({ client }) => (await client.sendCommand(['ROLE']))[0] === 'slave';

async function until(condition) {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > PATIENCE_MS) throw new Error('it did not happen');
    await sleep(10);
  }
}

let connection;
let broker;
try {
  for (let n = 0; n < 6; n++) await startServer();
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'];
  await promisify(execFile)('redis-cli', create);
  // A replica without its master's data would not take its place.
  const followed = async ({ client }) => Number(/state=online/.test(await client.info('replication')));
  await until(async () => (await sum(followed)) === 3);

  connection = new RedisConnection(
    loadConfig({ REDIS_URL: `redis+cluster://${addresses}`, MEDIA_SHARED: 'true' }).redis,
  );
  broker = new RedisBroker(connection, Buffer.alloc(8, 1));
  await connection.start();
  await until(() => connection.up);

  const measure = async (fault, begin) => {
    const before = await commands();
    const began = performance.now();
    await begin();
    const redis = Math.round(performance.now() - began);
    await until(async () => more(before, await commands()) > 0);
    await until(async () => (await subscribed()) === CHANNELS);
    const ms = Math.round(performance.now() - began);
    console.log(JSON.stringify({ fault, channels: CHANNELS, redis, ms, commands: more(before, await commands()) }));
  };

  const all = Array.from({ length: CHANNELS }, (_none, n) => channel('rooms', n, 'readers'));
  await measure('none: the first time', () => Promise.all(all.map(async (each) => broker.subscribe(each))));

  await measure('all listening connections broken', () =>
    Promise.all(living().map(({ client }) => client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']))),
  );
  await measure('a master killed, whose replica takes its place', async () => {
    const [first] = servers;
    first.client.destroy();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await until(async () => (await sum(isReplica)) === 2);
  });
  const replicas = [];
  for (const server of living()) if (await isReplica(server)) replicas.push(server);
  await measure('masters and replicas change places', async () => {
    for (const replica of replicas) {
      await replica.client.sendCommand(['CLUSTER', 'FAILOVER']);
      await until(async () => !(await isReplica(replica)));
    }
  });
} finally {
  broker?.close();
  connection?.close();
  for (const { client, child } of servers) {
    if (client.isOpen) client.destroy();
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}
