// What connecting costs: connect, log in, leave, compared with the bare libraries and with another build of the server.
// See README.md.
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/build-state.mjs';
import { freePort } from './server-process.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const ADMIN = { email: 'admin@example.org', password: 'for this run only' };
const SECRET_KEY = 'for this run only, and long enough';
const PATHS = {
  services: '/ws/',
  rooms: '/ws/endpoint/{code}/',
  circles: '/socket.io/?EIO=4&transport=websocket',
};
/** Endpoints and accounts, and how many of them share a room or conversation. */
const ACCOUNTS = 1_000;
const TOGETHER = 50;

const { values: args } = parseArgs({
  options: {
    protocols: { type: 'string', default: Object.keys(PATHS).join(',') },
    // Of load for each server and protocol.
    seconds: { type: 'string', default: '8' },
    'at-once': { type: 'string', default: '32' },
    // A tree with another build, whose server runs in the same turns.
    beside: { type: 'string' },
    // A folder for what the server's processor did, as DevTools read it.
    profile: { type: 'string' },
  },
});

const children = [];

async function startOurs(name, root, folder) {
  const data = path.join(folder, 'data');
  const isProfiled = args.profile !== undefined && root === ROOT;
  const options = isProfiled ? ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${args.profile}`] : [];
  const { startServer } = await import(path.join(root, 'bench/server-process.mjs'));
  const env = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, REGISTRATION: 'open', SECRET_KEY };
  const { child, port, url } = await startServer(
    data,
    await freePort(),
    { ...env, DRAIN_SECONDS: '0' },
    (started) => children.push(started),
    [process.execPath, ...options],
  );
  const prepared = async (protocol, file) => {
    execFileSync(process.execPath, [path.join(ROOT, 'bench', protocol, 'prepare.mjs')], {
      env: {
        ...process.env,
        ...{ BENCH_PORT: port, BENCH_DIR: folder, BENCH_CONNS: ACCOUNTS, BENCH_GROUP: TOGETHER, BENCH_REPO: root },
        ...{ BENCH_SHAPE: 'room', DATA_DIR: data, SECRET_KEY },
      },
      stdio: 'inherit',
    });
    return (await readFile(path.join(folder, file), 'utf8')).trim().split('\n');
  };
  return {
    name,
    pid: child.pid,
    url,
    async accounts(protocol) {
      if (protocol === 'services') return servicesOf(url);
      if (protocol === 'rooms') return (await prepared('rooms', 'codes')).map((code) => ({ code }));
      const tokens = await prepared('circles', 'tokens');
      const conversations = (await readFile(path.join(folder, 'conversations'), 'utf8')).trim().split('\n');
      return tokens.map((token, n) => ({ token, conversation: Number(conversations[n]) }));
    },
  };
}

async function startBare() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'connects/bare.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const some = (_each, n) => ({ token: `token ${n % 20}`, code: `${n}`, conversation: n % 20 });
  return {
    name: 'bare library',
    pid: child.pid,
    url: line.trim().split(' ').at(-1),
    accounts: () => Array.from({ length: ACCOUNTS }, some),
  };
}

async function servicesOf(url) {
  const call = async (route, body, token) => {
    const response = await fetch(`${url}/api/v1/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${route}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { accessToken } = await call('auth/login', ADMIN);
  const accounts = [];
  for (let n = 0; n * TOGETHER < ACCOUNTS; n++) {
    const { clientToken } = await call('services', { title: `Bench ${n}` }, accessToken);
    accounts.push({ token: clientToken });
  }
  return accounts;
}

/** Statements that a server has sent to its database so far. */
async function statements({ url }) {
  let sum = 0;
  const text = await (await fetch(`${url}/metrics`)).text();
  for (const [, count] of text.matchAll(/^switchboard_database_query_seconds_count(?:\{.*\})? (\d+)$/gm))
    sum += Number(count);
  return sum;
}

async function measure(protocol, servers) {
  const targets = [];
  for (const { pid, url, accounts } of servers) {
    targets.push({ pid, url: url.replace('http', 'ws') + PATHS[protocol], accounts: await accounts(protocol) });
  }
  const clients = fork(path.join(import.meta.dirname, 'connects/clients.mjs'));
  children.push(clients);
  const before = await statements(servers[1]);
  clients.send({ targets, protocol, seconds: Number(args.seconds), atOnce: Number(args['at-once']) });
  const [results] = await Promise.race([once(clients, 'message'), once(clients, 'exit').then(() => [undefined])]);
  if (results === undefined) throw new Error(`the clients of ${protocol} broke off`);
  const sent = (await statements(servers[1])) - before;
  console.error(`${protocol}: ${sent} statements`);
  return results;
}

function rowsOf(protocol, servers, results) {
  return results.map(({ perCpuSecond, perSecond, serverMicroseconds, databaseMicroseconds, ratios }, index) => ({
    protocol,
    server: servers[index].name,
    'per CPU-second': Math.round(perCpuSecond),
    'ratio of it': Number(ratios.perCpuSecond.toFixed(2)),
    'per second': Math.round(perSecond),
    ratio: Number(ratios.perSecond.toFixed(2)),
    'server µs': Math.round(serverMicroseconds),
    'database µs': Math.round(databaseMicroseconds),
  }));
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-bench-'));
try {
  await ensureBuilt();
  const servers = [await startBare(), await startOurs('Switchboard', ROOT, await made('ours'))];
  if (args.beside !== undefined) {
    servers.push(await startOurs('the other build', path.resolve(args.beside), await made('other')));
  }
  const rows = [];
  for (const protocol of args.protocols.split(',')) {
    if (!(protocol in PATHS)) throw new Error(`no protocol ${protocol}; there are ${Object.keys(PATHS).join(', ')}`);
    rows.push(...rowsOf(protocol, servers, await measure(protocol, servers)));
  }
  console.table(rows);
} finally {
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  await rm(folder, { recursive: true, force: true });
}

async function made(name) {
  const own = path.join(folder, name);
  await mkdir(own);
  return own;
}
