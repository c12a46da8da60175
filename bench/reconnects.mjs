// What becomes of messages when a connection is cut again and again: RoomEndpoint, and Socket.IO's own client with its own
// server, at the same time and for the same times. Prints one line of JSON for each; README.md explains it.
import { RoomEndpoint } from '@switchboard/client';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { ensureBuilt } from '../scripts/build-state.mjs';
import { freePort, startServer } from './server-process.mjs';

const { values: args } = parseArgs({
  options: {
    drops: { type: 'string', default: '100' },
    // Seconds for which nothing gets through.
    away: { type: 'string', default: '2' },
    // Seconds between two messages in each direction.
    every: { type: 'string', default: '0.02' },
  },
});
const DROPS = Number(args.drops);
const [AWAY_MS, EVERY_MS] = [args.away, args.every].map((seconds) => Number(seconds) * 1_000);
const PATIENCE_MS = 60_000;

/** A cable to `port` that can be cut. */
class Cable {
  #ends = new Set();
  #server = createServer((client) => {
    const upstream = connect(this.target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      this.#ends.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#ends.delete(from);
        to.destroy();
      });
    }
  });

  constructor(target) {
    this.target = target;
  }

  async open() {
    this.#server.listen(this.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  async cut() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const end of this.#ends) end.destroy();
    await closed;
  }
}

/** Which of the numbers below `count` are missing, and how many came more than once. */
function compare(numbers, count) {
  const seen = new Set(numbers);
  return { lost: count - seen.size, doubled: numbers.length - seen.size };
}

/** One client under test: `isBack`, `say(n)`, `heard` (numbers), `arrived` (numbers), `close`. */
function roomEndpoint(url, code, arrived) {
  const heard = [];
  const recoveries = { true: 0, false: 0 };
  const told = { toldUnsure: 0 };
  const room = new RoomEndpoint({ url, code });
  let isBack = false;
  room.on('open', () => (isBack = true));
  room.on('reconnecting', () => (isBack = false));
  room.on('recovered', ({ recovered }) => recoveries[recovered]++);
  room.on('message', ({ message: { down } }) => down !== undefined && heard.push(down));
  return {
    name: 'RoomEndpoint',
    heard,
    arrived,
    recoveries,
    told,
    isBack: () => isBack,
    say: (up) => room.send({ up }).catch(() => told.toldUnsure++),
    close: () => room.close(),
  };
}

function socketIo(name, url, arrived, options) {
  const heard = [];
  const recoveries = { true: 0, false: 0 };
  const told = { toldUnsure: 0 };
  const socket = io(url, { transports: ['websocket'], forceNew: true, ...options });
  let first = true;
  socket.on('connect', () => {
    if (!first) recoveries[socket.recovered]++;
    first = false;
  });
  socket.on('down', (down) => heard.push(down));
  const acked = options.retries === undefined ? [] : [(error) => error && told.toldUnsure++];
  return {
    name,
    heard,
    arrived,
    recoveries,
    told,
    isBack: () => socket.connected,
    say: (up) => socket.emit(name, up, ...acked),
    close: () => socket.close(),
  };
}

async function until(condition, patienceMs = PATIENCE_MS) {
  const giveUp = Date.now() + patienceMs;
  while (!condition() && Date.now() < giveUp) await sleep(10);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-bench-'));
const closing = [];
try {
  await ensureBuilt();
  const switchboard = await startServer(folder, await freePort(), {}, (child) =>
    closing.push(async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }),
  );
  const api = async (where, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${switchboard.url}/api/v1/rooms${where}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    });
    if (!answer.ok) throw new Error(`${where}: ${answer.status}`);
    return answer.json();
  };
  await api('', { name: 'r', durable: true });
  const endpoint = async (permissions) => (await api('/r/endpoints', { permissions })).code;

  const socketIoServer = new Server(await freePort(), { connectionStateRecovery: {} });
  closing.push(() => socketIoServer.close());
  const cables = [new Cable(switchboard.port), new Cable(socketIoServer.httpServer.address().port)];
  for (const cable of cables) await cable.open();
  const [plain, io4] = cables.map(({ url }) => url);

  const arrived = { room: [], 'Socket.IO': [], 'Socket.IO, retries': [] };
  const speaker = new RoomEndpoint({ url: switchboard.url, code: await endpoint('readwrite') });
  speaker.on('message', ({ message: { up } }) => up !== undefined && arrived.room.push(up));
  closing.push(() => speaker.close());
  socketIoServer.on('connection', (socket) => {
    for (const name of ['Socket.IO', 'Socket.IO, retries']) {
      socket.on(name, (up, ack) => {
        arrived[name].push(up);
        ack?.();
      });
    }
  });
  const clients = [
    roomEndpoint(plain, await endpoint('readwrite'), arrived.room),
    socketIo('Socket.IO', io4, arrived['Socket.IO'], {}),
    socketIo('Socket.IO, retries', io4, arrived['Socket.IO, retries'], { retries: 100, ackTimeout: 5_000 }),
  ];
  closing.push(() => clients.forEach((client) => client.close()));
  await until(() => clients.every((client) => client.isBack()));
  // What is said before it listens is for nobody.
  await sleep(500);

  let count = 0;
  const talking = setInterval(() => {
    void speaker.send({ down: count });
    socketIoServer.emit('down', count);
    for (const client of clients) void client.say(count);
    count++;
  }, EVERY_MS);
  for (let drop = 1; drop <= DROPS; drop++) {
    await sleep(500 + 500 * Math.random());
    await Promise.all(cables.map((cable) => cable.cut()));
    await sleep(AWAY_MS);
    await Promise.all(cables.map((cable) => cable.open()));
    await until(() => clients.every((client) => client.isBack()));
    if (drop % 10 === 0) console.error(`${drop} of ${DROPS}`);
  }
  clearInterval(talking);
  const isComplete = ({ heard, arrived: there }) => new Set(heard).size >= count && new Set(there).size >= count;
  await until(() => clients.every(isComplete), 20_000);
  for (const { name, heard, arrived: there, recoveries, told } of clients) {
    const result = { client: name, drops: DROPS, messages: count, recovered: recoveries };
    console.log(
      JSON.stringify({ ...result, heard: compare(heard, count), said: { ...compare(there, count), ...told } }),
    );
  }
  for (const cable of cables) await cable.cut();
} finally {
  for (const close of closing.reverse()) await close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();
