// What happens to messages when a connection is cut again and again: for the classes of the TypeScript client, and for
// Socket.IO's own client with its own server and with this one, all at the same time and for the same times. Prints one
// line of JSON each; README.md explains it.
import { RoomEndpoint, Switchboard } from '@switchboard/client';
import { CirclesSocket } from '@switchboard/client/circles';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Server } from 'socket.io';
import { ensureBuilt } from '../scripts/build-state.mjs';
import { Cable } from './reconnects/cable.mjs';
import { circlesSocket, numberOf, roomEndpoint, socketIo, socketIoInCircles, textOf } from './reconnects/clients.mjs';
import { freePort, startServer } from './server-process.mjs';

const { values: args } = parseArgs({
  options: {
    drops: { type: 'string', default: '100' },
    // Seconds during which nothing gets through.
    away: { type: 'string', default: '2' },
    // Seconds between two messages in each direction.
    every: { type: 'string', default: '0.02' },
  },
});
const DROPS = Number(args.drops);
const [AWAY_MS, EVERY_MS] = [args.away, args.every].map((seconds) => Number(seconds) * 1_000);
const PATIENCE_MS = 60_000;
const ADMIN = { email: 'admin@example.org', password: 'for this run only' };

/** How many of the numbers below `count` are missing, and how many arrived more than once. */
function compare(numbers, count) {
  const seen = new Set(numbers);
  return { lost: count - seen.size, doubled: numbers.length - seen.size };
}

async function until(condition, patienceMs = PATIENCE_MS) {
  const giveUp = Date.now() + patienceMs;
  while (!condition() && Date.now() < giveUp) await sleep(10);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-bench-'));
const closing = [];

/** A server behind its own cable. */
async function cabled(port, cables) {
  const cable = new Cable(port);
  await cable.open();
  cables.push(cable);
  return cable.url;
}

/** A room and a conversation, with a peer that talks there over no cable. */
async function scene(url) {
  const admin = new Switchboard({ url });
  await admin.signIn(ADMIN);
  const token = await admin.accessToken();
  // Without a credential, it acts for the keyless application.
  const keyless = new Switchboard({ url });
  await keyless.rooms.create({ body: { name: 'r', durable: true } });
  const endpoint = () => keyless.endpoints.create({ path: { name: 'r' }, body: { permissions: 'readwrite' } });
  const circle = await admin.circles.create({ body: { name: 'c' } });
  const { id } = await admin.conversations.create({ path: { id: circle.id }, body: { name: 'c' } });
  const room = new RoomEndpoint({ url, code: (await endpoint()).code });
  const circles = new CirclesSocket({ url, token });
  closing.push(() => {
    room.close();
    circles.close();
  });
  await circles.joinConversation(id, 0);
  return { token, room, circles, conversation: id, code: (await endpoint()).code };
}

/** Socket.IO's own server, which records what its clients send in `arrived`. */
async function ownServer(options, arrived) {
  const server = new Server(await freePort(), options);
  closing.push(() => server.close());
  server.on('connection', (socket) =>
    socket.on('up', (up, ack) => {
      arrived[socket.handshake.auth.as].push(up);
      ack?.();
    }),
  );
  return server;
}

try {
  await ensureBuilt();
  const env = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };
  const { port, url } = await startServer(folder, await freePort(), env, (child) =>
    closing.push(async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }),
  );
  const { token, room, circles, conversation, code } = await scene(url);
  const arrived = { room: [], off: [], on: [], retries: [], class: [], plain: [] };
  const servers = [await ownServer({}, arrived), await ownServer({ connectionStateRecovery: {} }, arrived)];
  const cables = [];
  const here = await cabled(port, cables);
  const [off, on] = await Promise.all(servers.map(({ httpServer }) => cabled(httpServer.address().port, cables)));

  room.on('message', ({ message: { up } }) => up !== undefined && arrived.room.push(up));
  circles.on('message', (frame) => {
    for (const who of ['class', 'plain']) {
      const up = numberOf(who, frame);
      if (up !== undefined) arrived[who].push(up);
    }
  });
  const retries = { retries: 100, ackTimeout: 5_000 };
  const clients = [
    roomEndpoint(here, code, arrived.room),
    circlesSocket(here, token, conversation, arrived.class),
    socketIoInCircles(here, token, conversation, arrived.plain),
    socketIo('Socket.IO, no recovery', off, arrived.off, { auth: { as: 'off' } }),
    socketIo('Socket.IO, recovery', on, arrived.on, { auth: { as: 'on' } }),
    socketIo('Socket.IO, recovery, retries', on, arrived.retries, { auth: { as: 'retries' }, ...retries }),
  ];
  closing.push(() => clients.forEach((client) => client.close()));
  await until(() => clients.every((client) => client.isBack()));
  // Nobody receives what is sent before it listens.
  await sleep(1_000);

  let count = 0;
  const talking = setInterval(() => {
    void room.send({ down: count });
    void circles.send(conversation, { text: textOf('down', count) });
    for (const server of servers) server.emit('down', count);
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
