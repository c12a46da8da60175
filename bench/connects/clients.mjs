// The clients of connects.mjs, in a process of their own: they connect, log in and leave, over and over, on all servers in
// turns. Gets one job and gives one answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { tree } from '../compare/processes.mjs';
import { cpuNanoseconds, median } from '../cpu-time.mjs';

/** Milliseconds of load on one server before the next one's turn. */
const SLOT_MS = 500;

/** What a client of each protocol waits for and sends; it is admitted when nothing is left to wait for. */
const STEPS = {
  services: ({ token }) => [['server_connect', JSON.stringify({ token })], ['server_authorized']],
  // The 101 alone means that the code was accepted.
  rooms: () => [],
  circles: ({ token, conversation }) => [
    ['0', '40'],
    ['40', `42${JSON.stringify(['authenticate', { token }])}`],
    ['42["success"', `42${JSON.stringify(['join_conversation', { conversation_id: conversation }])}`],
    ['42["success"'],
  ],
};

/** Resolves with an admitted socket. */
function enter(url, steps) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
    let step = 0;
    socket.on('error', reject);
    socket.once('close', (code) => reject(new Error(`${url} closed with ${code}`)));
    if (steps.length === 0) socket.once('open', () => resolve(socket));
    socket.on('message', (data) => {
      const [awaited, answer] = steps[step] ?? [];
      if (awaited === undefined || !data.includes(awaited)) return;
      step++;
      if (answer === undefined) resolve(socket);
      else socket.send(answer);
    });
  });
}

function stormOf({ url, accounts }, protocol, atOnce) {
  const load = { entered: 0, running: false, busy: 0, start };
  let next = 0;
  async function again() {
    load.busy++;
    while (load.running) {
      const account = accounts[next++ % accounts.length];
      const socket = await enter(url.replace('{code}', account.code ?? ''), STEPS[protocol](account));
      load.entered++;
      socket.terminate();
    }
    load.busy--;
  }
  function start() {
    load.running = true;
    while (load.busy < atOnce) void again();
  }
  return load;
}

/** CPU time of the server, and of the processes it has started: its database. */
function cpuOf(pid) {
  const [server, ...others] = tree(pid);
  return [cpuNanoseconds(server), others.reduce((sum, each) => sum + cpuOrNone(each), 0)];
}

function cpuOrNone(pid) {
  try {
    return cpuNanoseconds(pid);
  } catch {
    return 0; // It has ended.
  }
}

async function slot({ pid }, load) {
  const [server, database] = cpuOf(pid);
  const before = load.entered;
  const began = performance.now();
  load.start();
  await sleep(SLOT_MS);
  load.running = false;
  while (load.busy > 0) await sleep(1);
  const seconds = (performance.now() - began) / 1_000;
  const [serverAfter, databaseAfter] = cpuOf(pid);
  const entered = load.entered - before;
  return {
    perSecond: entered / seconds,
    perCpuSecond: (entered * 1e9) / (serverAfter - server + databaseAfter - database),
    serverMicroseconds: (serverAfter - server) / 1e3 / entered,
    databaseMicroseconds: (databaseAfter - database) / 1e3 / entered,
  };
}

process.once('message', async ({ targets, protocol, seconds, atOnce }) => {
  const loads = targets.map((target) => stormOf(target, protocol, atOnce));
  const slots = targets.map(() => []);
  const rounds = Math.max(3, Math.round((seconds * 1_000) / SLOT_MS));
  // The first rounds warm up and do not count.
  const warmUp = Math.ceil(rounds / 4);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const measured = await slot(target, loads[index]);
      await sleep(20);
      if (round >= warmUp) slots[index].push(measured);
    }
  }
  const medianOf = (of, key) => median(of.map((each) => each[key]));
  process.send(
    slots.map((own) => ({
      ...Object.fromEntries(Object.keys(own[0]).map((key) => [key, medianOf(own, key)])),
      // Each turn is compared with the yardstick's neighbouring one, since other activity on the machine affects both.
      ratios: Object.fromEntries(
        ['perCpuSecond', 'perSecond'].map((key) => [key, median(own.map((each, n) => each[key] / slots[0][n][key]))]),
      ),
    })),
  );
  process.exit(0);
});
