// After a restart or the death of a node: how long until everybody is back and has recovered what they missed, and what
// was lost. Prints one line of JSON; README.md explains it. Needs redis-server with --nodes 2 or more.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/build-state.mjs';
import { cpuNanoseconds } from './cpu-time.mjs';
import { freePort, startServer as start } from './server-process.mjs';

const { values: args } = parseArgs({
  options: {
    clients: { type: 'string', default: '5000' },
    rooms: { type: 'string', default: '100' },
    // Rooms in which somebody speaks, 5 times a second.
    writers: { type: 'string', default: '20' },
    // With 1, the server is restarted; with more, the last node is not, and its clients move to the others.
    nodes: { type: 'string', default: '1' },
    signal: { type: 'string', default: 'SIGKILL' },
    drain: { type: 'string', default: '10' },
    // Seconds within which a client retries.
    jitter: { type: 'string', default: '2' },
    patience: { type: 'string', default: '90' },
  },
});
const [CLIENTS, ROOMS, WRITERS, NODES] = [args.clients, args.rooms, args.writers, args.nodes].map(Number);

const children = [];

const startServer = (folder, port, env) =>
  start(folder, port, { DRAIN_SECONDS: args.drain, ...env }, (child) => children.push(child));

/** The environment that several nodes share; the first of them has the database. */
async function startShared(folder) {
  if (NODES === 1) return {};
  const port = await freePort();
  const redis = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  children.push(redis);
  return { MEDIA_SHARED: 'true', REDIS_URL: `redis://127.0.0.1:${port}` };
}

async function databaseOf(folder) {
  const [, , , port] = (await readFile(path.join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  const password = (await readFile(path.join(folder, 'postgres-password'), 'utf8')).trim();
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/switchboard`;
}

async function api(url, where, body) {
  const response = await fetch(`${url}/api/v1/rooms${where}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${where}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function provision(url) {
  const rooms = [];
  for (let n = 0; n < ROOMS; n++) {
    await api(url, '', { name: `r${n}`, durable: true });
    const { code: reader } = await api(url, `/r${n}/endpoints`, { permissions: 'read' });
    const { code: writer } = await api(url, `/r${n}/endpoints`, { permissions: 'write' });
    rooms.push({ reader, writer: n < WRITERS ? writer : undefined });
  }
  return rooms;
}

/** Messages of the rooms in which somebody spoke. */
async function histories(url) {
  const all = [];
  for (let n = 0; n < Math.min(WRITERS, ROOMS); n++) {
    const messages = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await api(url, `/r${n}/messages?limit=200${cursor && `&cursor=${cursor}`}`);
      messages.push(...page.items.map(({ message }) => message));
      cursor = page.nextCursor;
    }
    all.push(messages);
  }
  return all;
}

async function answer(driver, message) {
  driver.send(message);
  const [reply] = await Promise.race([once(driver, 'message'), once(driver, 'exit').then(() => [undefined])]);
  if (reply === undefined) throw new Error('the clients broke off');
  return reply;
}

function secondsOf(processes) {
  return [processes].flat().reduce((sum, { pid }) => sum + cpuNanoseconds(pid) / 1e9, 0);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-bench-'));
try {
  await ensureBuilt();
  const shared = await startShared(folder);
  const nodes = [await startServer(path.join(folder, '0'), await freePort(), shared)];
  for (let n = 1; n < NODES; n++) {
    const env = { ...shared, DATABASE_URL: await databaseOf(path.join(folder, '0')) };
    nodes.push(await startServer(path.join(folder, `${n}`), await freePort(), env));
  }
  const rooms = await provision(nodes[0].url);
  const driver = fork(path.join(import.meta.dirname, 'comeback/clients.mjs'));
  children.push(driver);
  await answer(driver, {
    do: 'enter',
    urls: nodes.map(({ url }) => url.replace('http', 'ws')),
    clients: CLIENTS,
    rooms,
    jitterMs: Number(args.jitter) * 1_000,
  });
  await sleep(3_000);

  const victim = nodes.at(-1);
  const signalled = Date.now();
  const exited = once(victim.child, 'exit');
  const back = answer(driver, { do: 'comeBack', victim: NODES - 1, patienceMs: Number(args.patience) * 1_000 });
  victim.child.kill(args.signal);
  await exited;
  const ended = Date.now();
  if (NODES === 1) nodes[0] = await startServer(path.join(folder, '0'), victim.port);
  const listening = Date.now();
  const survivors = NODES === 1 ? nodes : nodes.slice(0, -1);
  const cpu = () => [survivors.map(({ child }) => child), driver].map((each) => secondsOf(each));
  const before = cpu();
  const { times, ...rest } = await back;
  const spent = cpu().map((after, i) => Number((after - before[i]).toFixed(1)));
  const result = await answer(driver, { do: 'finish' });
  const checked = await answer(driver, { do: 'check', histories: await histories(nodes[0].url) });
  times.sort((a, b) => a - b);
  const seconds = (since, at) => Number(((at - since) / 1_000).toFixed(2));
  console.log(
    JSON.stringify({
      clients: CLIENTS,
      rooms: ROOMS,
      nodes: NODES,
      signal: args.signal,
      serverEnded: seconds(signalled, ended),
      ...(NODES === 1 && { serverAway: seconds(signalled, listening) }),
      back: times.length,
      backSinceSignal: { p50: seconds(signalled, times[times.length >> 1]), last: seconds(signalled, times.at(-1)) },
      ...(NODES === 1 && {
        backSinceListening: {
          p50: seconds(listening, times[times.length >> 1]),
          last: seconds(listening, times.at(-1)),
        },
      }),
      // From when the server listened again, or from the end of the node, until the last client was back.
      cpuSeconds: { servers: spent[0], clients: spent[1] },
      ...rest,
      ...result,
      ...checked,
    }),
  );
} finally {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill(child.spawnargs.some((arg) => arg.endsWith('main.js')) ? 'SIGTERM' : 'SIGKILL');
    await Promise.race([gone, sleep(25_000)]);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
