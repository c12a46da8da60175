// What unadmitted strangers cost: live memory of each (heap and buffers, after a collection), and the longest delay of
// the event loop while they connect, 50 at a time.
// node bench/strangers.mjs [connections] ; needs a build. Prints one line of JSON per way in.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { memoryOfEach, startWatched } from './live-memory.mjs';

const COUNT = Number(process.argv[2] ?? 1_000);
/** Connections opened at the same time. */
const AT_ONCE = 50;
/** Connections that warm up: tables grow and code compiles only once. */
const WARM_UP = 100;
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
/** A masked text frame of less than 64 KiB that announces `missing` bytes more than it has; the mask is 0. */
function frame(text, missing = 0) {
  const length = text.length + missing;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** By name: what is sent first, whether that is answered, and what is sent then, once or in response. */
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

async function openMany(port, way, count) {
  const sockets = [];
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => open(port, way)))));
  }
  return sockets;
}

async function measure(server, way) {
  for (const socket of await openMany(server.port, way, WARM_UP)) socket.destroy();
  return memoryOfEach(server, COUNT, (count) => openMany(server.port, way, count));
}

let server;
try {
  // No connection is closed while they are counted.
  server = await startWatched(folder, { ADMISSION_SECONDS: '120' });
  for (const [name, way] of Object.entries(WAYS)) {
    process.stdout.write(`${JSON.stringify({ way: name, ...(await measure(server, way)) })}\n`);
  }
} finally {
  // Not by force, or the embedded database would live on.
  server?.child.kill();
  if (server) await once(server.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
