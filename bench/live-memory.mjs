// A server's live memory, seen from inside its process: heap and buffers after a collection.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of the server itself, to its database. Idle ones end meanwhile. */
const OWN_SOCKETS = 20;
const SETTLED_BYTES = 200;
const MOST_LOOKS = 10;

/** Runs in the server's process. The collection itself is no delay that a client caused. */
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

/**
 * Starts a program that prints what ends with its port, by default the server. Whoever starts it ends `child`.
 * @param {string} folder for its data
 */
export async function startWatched(folder, env = {}, program = path.join(import.meta.dirname, '../dist/src/main.js')) {
  const inside = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(INSIDE)}`];
  const child = spawn(process.execPath, [...inside, program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder,
      REST_RATE: '0',
      DRAIN_SECONDS: '1',
      ...env,
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

/** @returns live bytes, the longest delay of the event loop since the last time in milliseconds, and the open sockets */
export async function look(child) {
  child.send('look');
  const [answer] = await once(child, 'message');
  return answer;
}

/** Looks until nothing changes any more: what was sent has arrived, and what has ended is forgotten. */
async function settled(child, count) {
  for (let last = await look(child), looks = 0; ; looks++) {
    await sleep(300);
    const now = await look(child);
    const isSame = now.sockets === last.sockets && Math.abs(now.bytes - last.bytes) < count * SETTLED_BYTES;
    if (isSame || looks > MOST_LOOKS) return now;
    last = now;
  }
}

/**
 * @param {(count: number) => Promise<{ destroy(): void }[]>} openMany resolves once all are as they are to stay
 * @returns KiB of each of `count` connections, and the longest delay of the loop while they came
 */
export async function memoryOfEach({ child }, count, openMany) {
  const before = await settled(child, count);
  const sockets = await openMany(count);
  const { longestMs } = await look(child);
  const after = await settled(child, count);
  for (const socket of sockets) socket.destroy();
  if (after.sockets - before.sockets < count - OWN_SOCKETS)
    throw new Error(`only ${after.sockets - before.sockets} of ${count} are there`);
  return { kibEach: Math.round((after.bytes - before.bytes) / count / 102.4) / 10, longestDelayMs: longestMs };
}
