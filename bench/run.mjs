// Compares the server with the bare `ws` library, side by side in one run. See README.md.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/build-state.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const ADMIN = { email: 'admin@example.org', password: 'for this run only' };

const SCENARIOS = {
  star: { about: 'one host to 100 clients, 4 messages in flight', options: { clients: 100, window: 4 } },
  relay: { about: '100 clients to their 100 hosts, one message in flight each', options: { pairs: 100 } },
  storm: { about: 'connect, log in, go; 32 at once', options: {} },
  idle: { about: 'connections that say nothing', options: {} },
};

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '2000' },
    scenarios: { type: 'string', default: Object.keys(SCENARIOS).join(',') },
  },
});

const children = [];

/** The server as shipped, with an embedded database unless DATABASE_URL is set. */
async function startServer(dataDir) {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: dataDir,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      // Everything comes from one address, as fast as it can.
      INBOUND_RATE: '0',
      REST_RATE: '0',
      DRAIN_SECONDS: '0',
    },
  });
  children.push(child);
  const port = await output(child, /Listening on http:\/\/127\.0\.0\.1:(\d+)/);
  return { name: 'Switchboard', pid: child.pid, http: `http://127.0.0.1:${port}`, url: `ws://127.0.0.1:${port}/ws/` };
}

async function startBare() {
  const child = spawn(process.execPath, [path.join(ROOT, 'bench/bare-server.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const port = await output(child, /^(\d+)$/m);
  const groups = Array.from({ length: 100 }, (_, n) => ({ host: `${n}:host`, client: `${n}:client` }));
  return { name: 'bare ws', pid: child.pid, url: `ws://127.0.0.1:${port}/`, groups };
}

function output(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match) resolve(match[1]);
    });
    child.once('exit', () => reject(new Error(`it ended before it listened: ${text}`)));
  });
}

async function api(server, method, route, { token, body } = {}) {
  const response = await fetch(`${server.http}/api/v1/${route}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Creates a hundred services. */
async function provision(server) {
  const { accessToken: token } = await api(server, 'POST', 'auth/login', { body: ADMIN });
  const groups = [];
  for (let n = 0; n < 100; n++) {
    const service = await api(server, 'POST', 'services', { token, body: { title: `Bench ${n}` } });
    groups.push({ host: service.hostToken, client: service.clientToken });
  }
  return groups;
}

/** Number of statements that the server has sent to its database so far. */
async function statements(server) {
  const text = await (await fetch(`${server.http}/metrics`)).text();
  let sum = 0;
  for (const [, count] of text.matchAll(/^switchboard_database_query_seconds_count(?:\{.*\})? (\d+)$/gm))
    sum += Number(count);
  return sum;
}

async function measure(scenario, targets) {
  const { options } = SCENARIOS[scenario];
  const child = fork(path.join(ROOT, 'bench/load.mjs'));
  children.push(child);
  child.send({
    scenario,
    targets,
    seconds: Number(args.seconds),
    options: { ...options, connections: Number(args.connections) },
  });
  const [result] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
  if (result === undefined) throw new Error(`the load for ${scenario} broke off`);
  return result;
}

const rounded = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));

function rows(scenario, { values: [bare, ours], ratios }) {
  const { about } = SCENARIOS[scenario];
  if (scenario === 'idle') {
    const [a, b] = [bare, ours].map(({ bytesPerConnection }) => bytesPerConnection / 1024);
    return [[`idle: ${args.connections} ${about}`, 'kB each', a.toFixed(1), b.toFixed(1), (b / a).toFixed(2)]];
  }
  const unit = scenario === 'storm' ? 'connects' : 'deliveries';
  return [
    [`${scenario}: ${about}`, `${unit} per CPU-second`, 'perCpuSecond'],
    ['', `${unit} per second`, 'perSecond'],
  ].map(([what, per, key]) => [what, per, rounded(bare[key]), rounded(ours[key]), ratios[key].toFixed(2)]);
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(
      row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
    );
  }
}

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'switchboard-bench-'));
try {
  await ensureBuilt();
  const bare = await startBare();
  const server = await startServer(dataDir);
  server.groups = await provision(server);
  const table = [['', 'per', 'bare ws', 'Switchboard', 'ratio']];
  const notes = [];
  for (const scenario of args.scenarios.split(',')) {
    if (!(scenario in SCENARIOS))
      throw new Error(`no scenario ${scenario}; there are ${Object.keys(SCENARIOS).join(', ')}`);
    const before = await statements(server);
    const began = Date.now();
    const connects = await connectsSoFar(server);
    table.push(...rows(scenario, await measure(scenario, [bare, server])));
    if (scenario === 'storm') {
      const made = (await connectsSoFar(server)) - connects;
      // The server reads the revocations twice a second, whoever connects.
      const sent = (await statements(server)) - before - Math.round((Date.now() - began) / 500);
      notes.push(`${made} connects with login, about ${sent} database statements: ${(sent / made).toFixed(2)} each`);
    }
  }
  print(table);
  for (const note of notes) console.log(note);
} finally {
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  await rm(dataDir, { recursive: true, force: true });
}

/** Number of sockets of services so far, open or ended. */
async function connectsSoFar(server) {
  const text = await (await fetch(`${server.http}/metrics`)).text();
  let sum = 0;
  for (const [, count] of text.matchAll(/^switchboard_(?:closes_total|connections)\{[^}]*services[^}]*\} (\d+)$/gm))
    sum += Number(count);
  return sum;
}
