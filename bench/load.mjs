// Loads all targets in turns, from a process of its own. Started by run.mjs, which sends it one job and gets one
// answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { cpuNanoseconds, median, residentBytes } from './cpu-time.mjs';

/** Milliseconds of load on one target before the next one's turn. */
const SLOT_MS = 300;
const CONNECT_AT_ONCE = 32;
const PADDING = 'x'.repeat(100);

/** An admitted socket. */
function enter(target, token) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target.url, { perMessageDeflate: false, skipUTF8Validation: true });
    let frames = 0;
    socket.once('error', reject);
    socket.on('message', function onFrame() {
      frames++;
      if (frames === 1) socket.send(JSON.stringify({ token }));
      else {
        socket.off('message', onFrame);
        socket.off('error', reject);
        resolve(socket);
      }
    });
  });
}

async function enterAll(target, tokens) {
  const sockets = [];
  for (let at = 0; at < tokens.length; at += CONNECT_AT_ONCE) {
    sockets.push(...(await Promise.all(tokens.slice(at, at + CONNECT_AT_ONCE).map((token) => enter(target, token)))));
  }
  return sockets;
}

/** Whether it is one of our messages rather than an announcement. */
const isPayload = (data) => data.includes('"n":');

/** One host sends to many clients, `window` messages in flight. */
async function star(target, { clients, window }) {
  const host = await enter(target, target.groups[0].host);
  const listeners = await enterAll(target, Array(clients).fill(target.groups[0].client));
  const load = { delivered: 0, running: false, start, sockets: [host, ...listeners] };
  let inFlight = 0;
  let missing = 0;
  const send = () => {
    inFlight++;
    missing += clients;
    host.send(`{"n":1,"p":"${PADDING}"}`);
  };
  for (const listener of listeners) {
    listener.on('message', (data) => {
      if (!isPayload(data)) return;
      load.delivered++;
      missing--;
      if (missing > (inFlight - 1) * clients) return;
      inFlight--;
      if (load.running) send();
    });
  }
  function start() {
    while (inFlight < window) send();
  }
  return load;
}

/** Many pairs; a client sends to its host, one message in flight. */
async function relay(target, { pairs }) {
  const groups = target.groups.slice(0, pairs);
  const hosts = await enterAll(
    target,
    groups.map(({ host }) => host),
  );
  const clients = await enterAll(
    target,
    groups.map(({ client }) => client),
  );
  const load = { delivered: 0, running: false, start, sockets: [...hosts, ...clients] };
  const text = `{"n":1,"p":"${PADDING}"}`;
  const resting = new Set(clients);
  hosts.forEach((host, index) => {
    host.on('message', (data) => {
      if (!isPayload(data)) return;
      load.delivered++;
      if (load.running) clients[index].send(text);
      else resting.add(clients[index]);
    });
  });
  function start() {
    for (const client of resting) client.send(text);
    resting.clear();
  }
  return load;
}

/** Connects, logs in and leaves, over and over. */
function storm(target) {
  const load = { delivered: 0, running: false, start, sockets: [] };
  let busy = 0;
  async function again() {
    busy++;
    while (load.running) {
      const socket = await enter(target, target.groups[0].client);
      load.delivered++;
      socket.terminate();
    }
    busy--;
  }
  function start() {
    while (busy < CONNECT_AT_ONCE) void again();
  }
  return load;
}

const CLOSED_LOOPS = { star, relay, storm };

/** What `load` delivered in one slot, per second and per CPU-second of the server. */
async function slot(target, load) {
  const cpu = cpuNanoseconds(target.pid);
  const before = load.delivered;
  const began = performance.now();
  load.running = true;
  load.start();
  await sleep(SLOT_MS);
  load.running = false;
  const seconds = (performance.now() - began) / 1_000;
  const moved = load.delivered - before;
  // What is still in flight is also the server's work, but negligible.
  return { perSecond: moved / seconds, perCpuSecond: (moved * 1e9) / (cpuNanoseconds(target.pid) - cpu) };
}

async function closedLoop({ targets, scenario, seconds, options }) {
  const loads = [];
  for (const target of targets) loads.push(await CLOSED_LOOPS[scenario](target, options));
  const rounds = Math.max(3, Math.round((seconds * 1_000) / SLOT_MS / targets.length));
  const slots = targets.map(() => []);
  // The first round is a warm-up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const result = await slot(target, loads[index]);
      await sleep(30);
      if (round > 0) slots[index].push(result);
    }
  }
  for (const { sockets } of loads) for (const socket of sockets) socket.terminate();
  return slots;
}

/** Memory per idle connection. */
async function idle({ targets, options }) {
  const results = [];
  for (const target of targets) {
    await enterAll(target, Array(200).fill(target.groups[0].client));
    await sleep(1_000);
    const before = residentBytes(target.pid);
    await enterAll(target, Array(options.connections).fill(target.groups[0].client));
    await sleep(2_000);
    results.push([{ bytesPerConnection: (residentBytes(target.pid) - before) / options.connections }]);
  }
  return results;
}

process.once('message', async (job) => {
  const slots = await (job.scenario === 'idle' ? idle(job) : closedLoop(job));
  const keys = Object.keys(slots[0][0]);
  process.send({
    values: slots.map((each) => Object.fromEntries(keys.map((key) => [key, median(each.map((one) => one[key]))]))),
    // Each slot is compared with its neighbour, since other activity on the machine affects both.
    ratios: Object.fromEntries(
      keys.map((key) => [key, median(slots[1].map((one, index) => one[key] / slots[0][index][key]))]),
    ),
  });
  process.exit(0);
});
