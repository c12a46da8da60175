// Compares REST with plain Nest and TypeORM (peer.ts), in turns:
// node bench/rest/rest.mjs [seconds per turn] [turns] [connections] [routes]. Needs a build.
// Prints microseconds of CPU per request, and ratios: of requests per CPU-second of the server, and of the rates.
import { hash } from '@node-rs/argon2';
import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { cpuNanoseconds, median } from '../cpu-time.mjs';
import { withServer } from '../durable.mjs';
import { Connection } from './connection.mjs';

/** Each connection has one request in flight. */
const [seconds = 1, turns = 20, connections = 20] = process.argv.slice(2, 5).map(Number);
const only = process.argv[5]?.split(',');
const WARM_UP = 3;
const HISTORY = 50;
const message = { t: 'x'.repeat(20), p: 'y'.repeat(60) };
const ADMIN = { email: 'bench@example.org', password: 'for this run only' };
const emailOf = (name, n) => `${name}-${n}@example.org`;
const env = {
  NODE_ENV: 'production',
  SECRET_KEY: 'for this run only, and long enough',
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
};

await withServer(env, async ({ url, pid, pool, cpu }) => {
  const key = await provision(url, pool);
  const peer = await startPeer(pool.options);
  const targets = { ours: { url, pid }, peer };
  const routes = Object.entries(requests(key)).filter(([name]) => only?.includes(name) ?? true);
  console.log('| Route | Ours, server µs | database µs | Peer, server µs | database µs | Per CPU-second | Rate |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [route, textOf] of routes) console.log(row(route, await compare(targets, textOf, cpu)));
  peer.end();
});

/** Measures both in turns; which one goes first alternates as well. */
async function compare(targets, textOf, cpu) {
  const names = Object.keys(targets);
  const run = (name, length) => turn(targets[name], (n) => textOf(name, n), length, cpu);
  for (const name of names) await run(name, WARM_UP);
  const seen = { ours: [], peer: [] };
  for (let i = 0; i < turns; i++) {
    for (const name of i % 2 === 0 ? names : names.toReversed()) seen[name].push(await run(name, seconds));
  }
  return seen;
}

function row(route, { ours, peer }) {
  const of = (all, part) => Math.round(median(all.map((each) => each[part])));
  const ratio = (part, [a, b] = [ours, peer]) => median(a.map((each, i) => each[part] / b[i][part])).toFixed(2);
  const costs = [ours, peer].flatMap((all) => [of(all, 'server'), of(all, 'database')]);
  return `| ${[route, ...costs, ratio('server', [peer, ours]), ratio('rate')].join(' | ')} |`;
}

/** Loads one of them for a while. @returns its rate, and microseconds of CPU per request */
async function turn({ url, pid }, textOf, length, cpu) {
  const { host, hostname, port } = new URL(url);
  const clients = await Promise.all(Array.from({ length: connections }, () => Connection.open(port, hostname)));
  const used = () => ({ server: cpuNanoseconds(pid) / 1e3, database: cpu().database * 1e6 });
  let count = 0;
  const [began, before] = [performance.now(), used()];
  await Promise.all(
    clients.map(async (client, n) => {
      const bytes = Buffer.from(textOf(n).replace('\r\n', `\r\nHost: ${host}\r\n`));
      for (; performance.now() < began + length * 1e3; count++) await client.request(bytes);
    }),
  );
  const after = used();
  const rate = (count * 1e3) / (performance.now() - began);
  for (const client of clients) client.close();
  const [server, database] = ['server', 'database'].map((part) => (after[part] - before[part]) / count);
  return { rate, server, database };
}

/** The requests of the `n`th connection. Each target has accounts of its own, since the server ends the oldest logins. */
function requests(key) {
  const api = (method, route, body) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const head = [`${method} /api/v1/${route} HTTP/1.1`, `API-KEY: ${key}`];
    if (body) head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`);
    return `${head.join('\r\n')}\r\n\r\n${text}`;
  };
  return {
    publish: () => api('POST', 'rooms/relay/messages', { message, identity: 'bench' }),
    durable: (_name, n) => api('POST', `rooms/durable-${n}/messages`, { message, identity: 'bench' }),
    history: () => api('GET', 'rooms/history/messages'),
    endpoint: (_name, n) =>
      api('POST', `rooms/durable-${n}/endpoints`, { permissions: 'readwrite', identity: 'bench' }),
    login: (name, n) => api('POST', 'auth/login', { email: emailOf(name, n), password: ADMIN.password }),
  };
}

/** Creates rooms, messages and accounts. @returns an API key for them */
async function provision(url, pool) {
  const { accessToken } = await call(url, 'auth/login', ADMIN);
  const admin = { authorization: `Bearer ${accessToken}` };
  const { id } = await call(url, 'applications', { name: 'Bench' }, admin);
  const { apiKey } = await call(url, `applications/${id}/keys`, {}, admin);
  const api = (route, body) => call(url, route, body, { 'api-key': apiKey });
  await api('rooms', { name: 'relay' });
  const names = ['history', ...Array.from({ length: connections }, (_each, n) => `durable-${n}`)];
  for (const name of names) await api('rooms', { name, durable: true });
  for (let i = 0; i < HISTORY; i++) await api('rooms/history/messages', { message });
  // With the server's own parameters.
  const passwordHash = await hash(ADMIN.password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  for (const name of ['ours', 'peer']) {
    for (let n = 0; n < connections; n++) {
      await pool.query(`INSERT INTO users (email, password_hash, first_name, last_name) VALUES ($1, $2, 'Ada', 'L')`, [
        emailOf(name, n),
        passwordHash,
      ]);
    }
  }
  return apiKey;
}

async function call(url, route, body, headers = {}) {
  const response = await fetch(`${url}/api/v1/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Compiles the peer, which has decorators, next to the server's code, whose entities it imports. */
async function startPeer({ host, port, user, password, database }) {
  const root = path.resolve(import.meta.dirname, '../..');
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const source = readFileSync(path.join(import.meta.dirname, 'peer.ts'), 'utf8');
  const fileName = path.join(root, 'dist/bench/rest/peer.js');
  mkdirSync(path.dirname(fileName), { recursive: true });
  writeFileSync(fileName, ts.transpileModule(source, { compilerOptions: options, fileName: 'peer.mts' }).outputText);
  const child = fork(fileName, [`postgres://${user}:${password}@${host}:${port}/${database}`], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const url = await new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', () => reject(new Error('the peer ended')));
  });
  return { url, pid: child.pid, end: () => child.disconnect() };
}
