// What several nodes cost: fan-out on one node and across three, and pairs whose members are on different nodes.
// node bench/nodes.mjs [seconds] ; needs a build and redis-server. Prints one line of JSON per measurement.
// CPU is that of all servers and of Redis, without the database, which messages of plain rooms never touch.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { cpuNanoseconds } from './cpu-time.mjs';

const SECONDS = Number(process.argv[2] ?? 3);
const READERS = 300;
const PAIRS = 100;
/** How many messages a publisher keeps in flight. */
const WINDOW = 8;
const PADDING = 'x'.repeat(80);
const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-nodes-'));
const started = [];

function start(file, args, env = {}) {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  started.push(child);
  return child;
}

/** Starts a server. @returns its process and URL */
async function startNode(env) {
  const child = start(process.execPath, [path.join(root, 'dist/src/main.js')], {
    HOST: '127.0.0.1',
    PORT: '0',
    SECRET_KEY: 'for measuring only, nothing is secret here',
    KEYLESS_APPLICATION: 'bench',
    REST_RATE: '0',
    INBOUND_RATE: '0',
    DRAIN_SECONDS: '1',
    ...env,
  });
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /Listening on (http:\S+?)"/.exec(output);
      if (found) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(output)));
  });
  return { child, url };
}

async function startRedis() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const child = start(
    'redis-server',
    ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder].map(String),
  );
  await new Promise((resolve) => {
    child.stdout.on('data', (text) => String(text).includes('Ready to accept') && resolve());
  });
  return { child, url: `redis://127.0.0.1:${port}` };
}

async function stop(children) {
  await Promise.all(
    children.map((child) => {
      if (child.exitCode !== null) return undefined;
      child.removeAllListeners('exit');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      return gone;
    }),
  );
}

async function post(url, where, body) {
  const response = await fetch(`${url}/api/v1/rooms${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${where}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function join(node, code) {
  const socket = new WebSocket(`${node.url.replace('http', 'ws')}/ws/endpoint/${code}/`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

/** A room with readers on `readerNodes` in turn and a publisher on `publisherNode`. @returns its sockets */
async function makeRoom(name, publisherNode, readerNodes, readers) {
  await post(publisherNode.url, '', { name });
  const { code } = await post(publisherNode.url, `/${name}/endpoints`, { permissions: 'write', identity: 'w' });
  const publisher = await join(publisherNode, code);
  const { code: readCode } = await post(publisherNode.url, `/${name}/endpoints`, {
    permissions: 'read',
    identity: 'r',
  });
  const sockets = [];
  for (let i = 0; i < readers; i++) sockets.push(await join(readerNodes[i % readerNodes.length], readCode));
  return { publisher, sockets };
}

/** Publishes in a closed loop: the next message is sent when one has reached every reader. */
async function drive(rooms, window) {
  const counts = { deliveries: 0, messages: 0, latencies: [], outOfOrder: 0 };
  let running = true;
  const all = rooms.map(({ publisher, sockets }) => {
    const sentAt = new Map();
    let number = 0;
    let left = 0;
    let finish;
    const done = new Promise((resolve) => (finish = resolve));
    const say = () => {
      sentAt.set(++number, { at: performance.now(), missing: sockets.length });
      left++;
      publisher.send(`{"message":{"n":${number},"p":"${PADDING}"}}`);
    };
    for (const socket of sockets) {
      let last = 0;
      socket.on('message', (data) => {
        const n = Number(/"n":(\d+)/.exec(data.toString())[1]);
        if (n !== last + 1) counts.outOfOrder++;
        last = n;
        counts.deliveries++;
        const message = sentAt.get(n);
        if (--message.missing > 0) return;
        sentAt.delete(n);
        counts.messages++;
        counts.latencies.push(performance.now() - message.at);
        left--;
        if (running) say();
        else if (left === 0) finish();
      });
    }
    for (let n = 0; n < window; n++) say();
    return done;
  });
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  running = false;
  await Promise.all(all);
  return counts;
}

async function measure(name, processes, rooms, window) {
  const cpu = () => processes.reduce((sum, { pid }) => sum + cpuNanoseconds(pid), 0) / 1e9;
  const before = cpu();
  const began = performance.now();
  const { deliveries, messages, latencies, outOfOrder } = await drive(rooms, window);
  const seconds = (performance.now() - began) / 1_000;
  const used = cpu() - before;
  latencies.sort((a, b) => a - b);
  const round = (value, digits = 1) => Number(value.toFixed(digits));
  console.log(
    JSON.stringify({
      name,
      messagesPerSecond: Math.round(messages / seconds),
      deliveriesPerSecond: Math.round(deliveries / seconds),
      cpuSecondsPerMillionDeliveries: round((used / deliveries) * 1e6, 2),
      cpuMicrosecondsPerMessage: round((used / messages) * 1e6),
      p50: round(latencies[Math.floor(latencies.length / 2)]),
      p99: round(latencies[Math.floor(latencies.length * 0.99)]),
      outOfOrder,
    }),
  );
  for (const { publisher, sockets } of rooms) for (const socket of [publisher, ...sockets]) socket.terminate();
}

async function scenarios(label, nodes, processes) {
  const [first] = nodes;
  const names = (n) => `${label.replaceAll(' ', '-')}-${n}`;
  await measure(
    `fan-out to ${READERS}, ${label}`,
    processes,
    [await makeRoom(names('fan'), first, nodes, READERS)],
    WINDOW,
  );
  const pairs = [];
  for (let i = 0; i < PAIRS; i++) {
    const [publisher, reader] = [nodes[i % nodes.length], nodes[(i + 1) % nodes.length]];
    pairs.push(await makeRoom(names(`pair-${i}`), publisher, [reader], 1));
  }
  await measure(`${PAIRS} pairs, ${label}`, processes, pairs, WINDOW);
}

try {
  const dataDir = path.join(folder, 'data');
  const alone = await startNode({ DATA_DIR: dataDir });
  const [, , , port] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
  await scenarios('one node', [alone], [alone.child]);
  const redis = await startRedis();
  const DATABASE_URL = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/switchboard`;
  const nodes = [];
  for (let n = 0; n < 3; n++) {
    nodes.push(
      await startNode({
        DATA_DIR: path.join(folder, `node-${n}`),
        DATABASE_URL,
        REDIS_URL: redis.url,
        MEDIA_SHARED: 'true',
      }),
    );
  }
  const [one] = nodes;
  await scenarios('one node on Redis', [one], [one.child, redis.child]);
  await scenarios('three nodes', nodes, [...nodes.map(({ child }) => child), redis.child]);
  await stop(nodes.map(({ child }) => child));
} finally {
  await stop(started);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
