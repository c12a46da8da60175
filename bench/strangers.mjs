// What strangers cost who have not said who they are: live memory of each (heap and buffers, after a collection), and the
// longest delay of the event loop while they come, 50 at a time.
// node bench/strangers.mjs [connections] ; needs a build. Prints one line of JSON per way in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const COUNT = Number(process.argv[2] ?? 1_000);
/** Connections that open at the same time. */
const AT_ONCE = 50;
const SETTLE_MS = 1_500;
const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-strangers-'));

const request = (line, headers = [], body = '') =>
  `${[`${line} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n${body}`;
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
/** A masked text frame of less than 126 bytes; the mask is 0. */
const frame = (text) => Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

/** By name: what is sent first, whether that is answered, and what is sent then. */
const WAYS = {
  'TCP, nothing sent': {},
  'half of a request head': { first: 'GET /health/live HTTP/1.1\r\nHost: x\r\n' },
  'half of a request body': {
    first: request('POST /api/v1/auth/login', ['Content-Type: application/json', 'Content-Length: 100'], '{"email":'),
  },
  'HTTP, answered and kept': { first: request('GET /health/live'), answered: true },
  'SSE, refused and kept': { first: request('GET /sse/room/a/'), answered: true },
  'tus, refused and kept': {
    first: request('PATCH /api/v1/media/1/upload', [
      'Tus-Resumable: 1.0.0',
      'Upload-Offset: 0',
      'Content-Type: application/offset+octet-stream',
      'Content-Length: 0',
    ]),
    answered: true,
  },
  'plain WebSocket /ws': { first: request('GET /ws', UPGRADE), answered: true },
  'Socket.IO polling, not joined': { first: request('GET /socket.io/?EIO=4&transport=polling'), answered: true },
  'Socket.IO WebSocket, not joined': {
    first: request('GET /socket.io/?EIO=4&transport=websocket', UPGRADE),
    answered: true,
  },
  'Socket.IO WebSocket, joined': {
    first: request('GET /socket.io/?EIO=4&transport=websocket', UPGRADE),
    answered: true,
    then: frame('40'),
  },
};

/** Runs in the server's process. The collection itself is no delay that a stranger caused. */
const INSIDE = `
import { monitorEventLoopDelay } from 'node:perf_hooks';
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.on('message', () => {
  const longestMs = Math.round(delays.max / 1e6);
  gc();
  const { heapUsed, external } = process.memoryUsage();
  process.send({ bytes: heapUsed + external, longestMs });
  setTimeout(() => delays.reset(), 50);
});`;

async function startServer() {
  const inside = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(INSIDE)}`];
  const child = spawn(process.execPath, [...inside, path.join(root, 'dist/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', DATA_DIR: folder, REST_RATE: '0', DRAIN_SECONDS: '1' },
  });
  const port = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /Listening on http:\S+?:(\d+)/.exec(output);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', () => reject(new Error(output)));
  });
  return { child, port };
}

async function open(port, { first, answered, then }) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  if (first) socket.write(first);
  if (answered) await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
  if (then) socket.write(then);
  socket.resume();
  return socket;
}

/** Asks the server's process. @returns live bytes of its heap and buffers, and its longest loop delay since the last time */
async function look(child) {
  child.send('look');
  const [answer] = await once(child, 'message');
  return answer;
}

async function measure({ child, port }, way) {
  await sleep(SETTLE_MS);
  const before = await look(child);
  const sockets = [];
  for (let begun = 0; begun < COUNT; begun += AT_ONCE) {
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => open(port, way)))));
  }
  const { longestMs } = await look(child);
  await sleep(SETTLE_MS);
  const { bytes } = await look(child);
  for (const socket of sockets) socket.destroy();
  return { kibEach: Math.round((bytes - before.bytes) / COUNT / 102.4) / 10, longestDelayMs: longestMs };
}

try {
  for (const [name, way] of Object.entries(WAYS)) {
    // A process of its own for each: what one has grown would be there for the next.
    const server = await startServer();
    await measure(server, { ...WAYS['HTTP, answered and kept'] });
    process.stdout.write(`${JSON.stringify({ way: name, ...(await measure(server, way)) })}\n`);
    // Not by force: the embedded database would live on.
    server.child.kill();
    await new Promise((resolve) => server.child.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
