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
/** Makes what is grown once and kept: tables, compiled code. */
const WARM_UP = 100;
/** Of the server itself, to its database. */
const OWN_SOCKETS = 20;
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
const POLLING = '/socket.io/?EIO=4&transport=polling';
const upgrade = (url) => ({ first: request(`GET ${url}`, UPGRADE), answered: true });
/** A masked text frame of less than 64 KiB that claims `missing` bytes more than it has; the mask is 0. */
function frame(text, missing = 0) {
  const length = text.length + missing;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** By name: what is sent first, whether that is answered, and what is sent then, once or in answer to the answer. */
const WAYS = {
  'TCP, nothing sent': {},
  'HTTP, half of a head': { first: 'GET /health/live HTTP/1.1\r\nHost: x\r\n' },
  'HTTP, half of a body': {
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
  'WebSocket, nothing said': upgrade('/ws/'),
  'WebSocket, most of a first frame': { ...upgrade('/ws/'), then: frame('x'.repeat(16_000), 300) },
  'Socket.IO polling, not joined': { first: request(`GET ${POLLING}`), answered: true },
  'Socket.IO polling, joined': {
    first: request(`GET ${POLLING}`),
    answered: true,
    reply: (answer) =>
      request(`POST ${POLLING}&sid=${/"sid":"([^"]+)"/.exec(answer)?.[1]}`, ['Content-Length: 2'], '40'),
  },
  'Socket.IO WebSocket, not joined': upgrade('/socket.io/?EIO=4&transport=websocket'),
  'Socket.IO WebSocket, joined': { ...upgrade('/socket.io/?EIO=4&transport=websocket'), then: frame('40') },
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
  const sockets = process.getActiveResourcesInfo().filter((what) => what === 'TCPSocketWrap').length;
  process.send({ bytes: heapUsed + external, longestMs, sockets });
  setTimeout(() => delays.reset(), 50);
});`;

async function startServer() {
  const inside = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(INSIDE)}`];
  const child = spawn(process.execPath, [...inside, path.join(root, 'dist/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder,
      REST_RATE: '0',
      DRAIN_SECONDS: '1',
      // Nobody is sent away while they are counted.
      ADMISSION_SECONDS: '120',
    },
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

async function open(port, { first, answered, reply, then }) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  if (first) socket.write(first);
  if (answered) {
    const answer = await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    if (reply) {
      socket.write(reply(String(answer)));
      await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    }
  }
  if (then) socket.write(then);
  socket.resume();
  return socket;
}

/** Asks the server's process. @returns live bytes of its heap and buffers, its longest loop delay since the last time, its sockets */
async function look(child) {
  child.send('look');
  const [answer] = await once(child, 'message');
  return answer;
}

/** Looks until nothing changes any more: what was sent has arrived, and what has ended is forgotten. */
async function settled(child) {
  for (let last = await look(child), looks = 0; ; looks++) {
    await sleep(300);
    const now = await look(child);
    if ((now.sockets === last.sockets && Math.abs(now.bytes - last.bytes) < COUNT * 200) || looks > 10) return now;
    last = now;
  }
}

async function openMany(port, way, count) {
  const sockets = [];
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => open(port, way)))));
  }
  return sockets;
}

async function measure({ child, port }, way) {
  for (const socket of await openMany(port, way, WARM_UP)) socket.destroy();
  const before = await settled(child);
  const sockets = await openMany(port, way, COUNT);
  const { longestMs } = await look(child);
  const after = await settled(child);
  for (const socket of sockets) socket.destroy();
  // Idle connections to the database end meanwhile.
  if (after.sockets - before.sockets < COUNT - OWN_SOCKETS)
    throw new Error(`only ${after.sockets - before.sockets} are there`);
  return { kibEach: Math.round((after.bytes - before.bytes) / COUNT / 102.4) / 10, longestDelayMs: longestMs };
}

let server;
try {
  server = await startServer();
  for (const [name, way] of Object.entries(WAYS)) {
    process.stdout.write(`${JSON.stringify({ way: name, ...(await measure(server, way)) })}\n`);
  }
} finally {
  // Not by force: the embedded database would live on.
  server?.child.kill();
  if (server) await once(server.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
