// Live memory of an admitted but idle connection, for each protocol, next to the bare libraries.
// node bench/idle/idle.mjs [connections] [part of a kind's name] ; needs a build. Prints one line of JSON per kind.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { memoryOfEach, startWatched } from '../live-memory.mjs';
import { makePairs } from '../omikron/directory.mjs';
import { socket, socketIo, stream } from '../sockets.mjs';

const [COUNT, ONLY] = [Number(process.argv[2] ?? 2_000), process.argv[3] ?? ''];
const AT_ONCE = 50;
/** Connections that make tables grow and code compile, which only happens once. */
const WARM_UP = 500;
/** Members of a room, conversation or service. */
const TOGETHER = 50;
const ADMIN = { email: 'admin@example.org', password: 'for this run only' };
Object.assign(process.env, { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password });

/** @returns by kind, a function that opens its n-th connection */
async function ours(port) {
  const api = async (route, body, token) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${route} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const base = `ws://127.0.0.1:${port}`;
  const token = (await api('auth/login', ADMIN)).accessToken;
  const groups = [];
  const circle = await api('circles', { name: 'idle' }, token);
  for (let n = 0; n * TOGETHER < COUNT; n++) {
    await api('rooms', { name: `idle-${n}` });
    groups.push({
      endpoint: (await api(`rooms/idle-${n}/endpoints`, { permissions: 'readwrite', identity: `display ${n}` })).code,
      service: (await api('services', { title: `idle ${n}` }, token)).clientToken,
      conversation: (await api(`circles/${circle.id}/conversations`, { name: `idle ${n}` }, token)).id,
    });
  }
  const pairs = await makePairs(`http://127.0.0.1:${port}`, COUNT);
  const of = (n) => groups[Math.floor(n / TOGETHER) % groups.length];
  const answered = (text) => text.includes('identification');
  return {
    'services, a client': (n) =>
      socket(`${base}/ws/`, (text) => text.includes('server_authorized'), JSON.stringify({ token: of(n).service })),
    'rooms, an endpoint': (n) => socket(`${base}/ws/endpoint/${of(n).endpoint}/`),
    'rooms, SSE': (n) => stream(`http://127.0.0.1:${port}/sse/endpoint/${of(n).endpoint}/`),
    'circles, in a conversation': (n) =>
      socketIo(
        base,
        [
          ['authenticate', { token }],
          ['join_conversation', { conversation_id: of(n).conversation }],
        ],
        (text) => text.includes('conversation_'),
      ),
    'signaling, in the lobby': (n) => socketIo(base, [['name', `peer ${n}`]], (text) => text.startsWith('40')),
    'Omikron, an Iota': (n) => socket(`${base}/ws/iota/`, answered, pairs[n % COUNT].iota),
  };
}

const bare = (port) => ({
  'bare ws': (n) =>
    socket(`ws://127.0.0.1:${port}/ws`, (text) => text === 'joined', `room ${Math.floor(n / TOGETHER)}`),
  'bare SSE': () => stream(`http://127.0.0.1:${port}/sse`),
  'bare Socket.IO, in a room': (n) =>
    socketIo(`ws://127.0.0.1:${port}`, [['join', `room ${Math.floor(n / TOGETHER)}`]], (text) =>
      text.includes('joined'),
    ),
});

async function openMany(open, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, (_each, n) =>
      open(sockets.length + n),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

async function measure(server, kinds) {
  for (const [kind, open] of Object.entries(kinds).filter(([name]) => name.includes(ONLY))) {
    for (const each of await openMany(open, WARM_UP)) each.destroy();
    const { kibEach } = await memoryOfEach(server, COUNT, (count) => openMany(open, count));
    process.stdout.write(`${JSON.stringify({ kind, kibEach })}\n`);
  }
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-idle-'));
const running = [];
try {
  const env = {
    IOTA_ACCESS: 'open',
    KEYLESS_APPLICATION: 'bench',
    INBOUND_RATE: '0',
    SECRET_KEY: 'for this run only, and long enough',
    ...process.env,
  };
  const server = await startWatched(folder, env);
  running.push(server.child);
  await measure(server, await ours(server.port));
  const yardstick = await startWatched(folder, {}, path.join(import.meta.dirname, 'bare.mjs'));
  running.push(yardstick.child);
  await measure(yardstick, bare(yardstick.port));
} finally {
  for (const child of running) {
    // Not by force: the embedded database would live on.
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
