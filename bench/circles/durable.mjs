// Messages of conversations against one-row-per-transaction inserts on the same database, measured in turns.
// node bench/circles/durable.mjs [seconds per turn] [turns]; needs a build. Prints one line of JSON per turn, and the ratio.
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

async function call(where, body, token) {
  const response = await fetch(`${url}/api/v1/${where}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${where}: ${response.status} ${await response.text()}`);
  return response.json();
}

const [email, password] = ['bench@example.org', 'correct horse battery staple'];
await call('accounts', { email, password, firstName: 'B', lastName: 'E' });
const { accessToken: token } = await call('auth/login', { email, password });
const circle = await call('circles', { name: 'bench' }, token);
const conversations = [];
for (let i = 0; i < WRITERS; i++) {
  conversations.push((await call(`circles/${circle.id}/conversations`, { name: `c${i}` }, token)).id);
}
const text = `${'x'.repeat(20)} ${'y'.repeat(60)}`;

/** A socket that spoke Engine.IO, Socket.IO and `authenticate`. */
async function connect() {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
  });
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data) => {
      const packet = data.toString();
      if (packet.startsWith('0')) socket.send('40');
      else if (packet.startsWith('40')) socket.send(`42${JSON.stringify(['authenticate', { token }])}`);
      else if (packet.includes('authenticated')) resolve();
      else if (packet === '2') socket.send('3');
    });
  });
  return socket;
}

/** Messages a second that were answered with success, with latencies, of writers that keep `window` on their way. */
async function durable(window, same = false) {
  const latencies = [];
  const sockets = await Promise.all(Array.from({ length: WRITERS }, connect));
  const until = Date.now() + SECONDS * 1_000;
  await Promise.all(
    sockets.map(async (socket, i) => {
      const began = [];
      const conversation_id = conversations[same ? 0 : i];
      const packet = `42${JSON.stringify(['message', { conversation_id, text_message: text }])}`;
      const say = () => {
        began.push(performance.now());
        socket.send(packet);
      };
      await new Promise((resolve, reject) => {
        socket.on('message', (data) => {
          const answer = data.toString();
          if (answer.startsWith('42["error"')) reject(new Error(answer));
          if (!answer.startsWith('42["success"')) return;
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

/** The plain way: one insert, one transaction, ten connections, on a table of the same shape and with the same indexes. */
async function oneByOne(pool) {
  const latencies = [];
  const until = Date.now() + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: WRITERS }, async (_each, i) => {
      while (Date.now() < until) {
        const began = performance.now();
        await pool.query(
          'INSERT INTO bench_messages (conversation_id, author_id, content, sent_at) VALUES ($1, $2, $3, now())',
          [conversations[i], 1, text],
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
  const secret = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', password: secret, database: 'postgres' });
  await pool.query(`CREATE TABLE bench_messages (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id integer NOT NULL, author_id integer NOT NULL, content text NOT NULL, sent_at timestamptz NOT NULL);
    CREATE INDEX ON bench_messages (conversation_id, id);
    CREATE INDEX ON bench_messages USING gin (to_tsvector('simple', content))`);
  const rates = { plain: [], many: [], one: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    const plain = await oneByOne(pool);
    const many = await durable(WINDOW);
    const one = await durable(WINDOW, true);
    rates.plain.push(plain.rate);
    rates.many.push(many.rate);
    rates.one.push(one.rate);
    console.log(JSON.stringify({ turn, oneByOne: plain, manyConversations: many, oneConversation: one }));
  }
  const base = median(rates.plain);
  console.log(
    JSON.stringify({
      manyConversations: Number((median(rates.many) / base).toFixed(2)),
      oneConversation: Number((median(rates.one) / base).toFixed(2)),
    }),
  );
  await pool.end();
} finally {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.removeAllListeners('exit');
  server.once('exit', () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  server.kill('SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 15_000))]);
}
