// Durable publishing against one-row-per-transaction inserts on the same database, measured in turns.
// node bench/rooms/durable.mjs [seconds per turn] [turns]; needs a build. Prints one line of JSON per turn, and the ratio.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { WebSocket } from 'ws';

const SECONDS = Number(process.argv[2] ?? 4);
const TURNS = Number(process.argv[3] ?? 3);
const WRITERS = 20;
const WINDOW = 64;
const ROOMS = 20;
const root = path.resolve(import.meta.dirname, '../..');
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'switchboard-bench-'));

const server = spawn(process.execPath, [...process.execArgv, path.join(root, 'dist/src/main.js')], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    KEYLESS_APPLICATION: 'bench',
    REST_RATE: '0',
    INBOUND_RATE: '0',
    DRAIN_SECONDS: '1',
  },
});

const url = await new Promise((resolve, reject) => {
  let output = '';
  server.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    const found = /Listening on (http:\S+?)"/.exec(output);
    if (found) resolve(found[1]);
  });
  server.once('exit', () => reject(new Error(output)));
});

async function call(where, body) {
  const response = await fetch(`${url}/api/v1/rooms${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${where}: ${response.status}`);
  return response.json();
}

const message = { t: 'x'.repeat(20), p: 'y'.repeat(60) };
const codes = [];
for (let i = 0; i < ROOMS; i++) {
  await call('', { name: `r${i}`, durable: true });
  codes.push((await call(`/r${i}/endpoints`, { permissions: 'readwrite' })).code);
}

/**
 * Messages a second that are stored and heard, with latencies, of writers that keep `window` messages on their way.
 * `acks`: with an id each, so that the database also remembers what was said under it.
 */
async function durable(window, { writers = WRITERS, acks = false } = {}) {
  const latencies = [];
  const until = Date.now() + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: writers }, async (_each, i) => {
      const socket = new WebSocket(
        `${url.replace('http', 'ws')}/ws/endpoint/${codes[i % ROOMS]}/${acks ? '?acks=1' : ''}`,
        {
          perMessageDeflate: false,
        },
      );
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const began = [];
      let next = 0;
      const say = () => {
        began.push(performance.now());
        socket.send(JSON.stringify({ message, ...(acks && { id: `${process.hrtime.bigint()}-${next++}` }) }));
      };
      await new Promise((resolve, reject) => {
        socket.on('message', (data) => {
          const text = data.toString();
          if (text.startsWith('{"error"')) reject(new Error(text));
          if (acks && !text.startsWith('{"ack"')) return;
          // Answers come in the order of what was said.
          latencies.push(performance.now() - began.shift());
          if (Date.now() < until) say();
          else if (began.length === 0) resolve();
        });
        for (let n = 0; n < window; n++) say();
      });
      socket.close();
    }),
  );
  return summary(latencies);
}

/** The plain way: one insert, one transaction, ten connections, on a table of the same shape. */
async function oneByOne(pool) {
  const latencies = [];
  const until = Date.now() + SECONDS * 1_000;
  const text = JSON.stringify(message);
  await Promise.all(
    Array.from({ length: WRITERS }, async (_each, i) => {
      while (Date.now() < until) {
        const began = performance.now();
        await pool.query(
          'INSERT INTO bench_messages (room_id, sent_at, identity, message) VALUES ($1, now(), $2, $3)',
          [i % ROOMS, 'Anonymous', text],
        );
        latencies.push(performance.now() - began);
      }
    }),
  );
  return summary(latencies);
}

function summary(latencies) {
  latencies.sort((a, b) => a - b);
  const at = (share) => Number(latencies[Math.floor(latencies.length * share)]?.toFixed(1));
  return { rate: Math.round(latencies.length / SECONDS), p50: at(0.5), p99: at(0.99) };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  const port = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres', max: 10 });
  await pool.query(`CREATE TABLE bench_messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room_id integer NOT NULL,
    sent_at timestamptz NOT NULL, identity varchar(100) NOT NULL, message text NOT NULL)`);
  const rates = { oneByOne: [], durable: [], acked: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    const plain = await oneByOne(pool);
    const ours = await durable(WINDOW);
    const acked = await durable(WINDOW, { acks: true });
    rates.oneByOne.push(plain.rate);
    rates.durable.push(ours.rate);
    rates.acked.push(acked.rate);
    console.log(JSON.stringify({ turn, oneByOne: plain, durable: ours, acked }));
  }
  const ratio = (values) => Number((median(values) / median(rates.oneByOne)).toFixed(2));
  console.log(JSON.stringify({ ratio: ratio(rates.durable), ratioAcked: ratio(rates.acked) }));
  console.log(JSON.stringify({ oneInFlight: await durable(1, { writers: 1 }), fewInFlight: await durable(4) }));
  await pool.end();
} finally {
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}
