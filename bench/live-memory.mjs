// A server's live memory, as seen from inside its process: heap and buffers after a collection.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The server's own sockets, to its database. Idle ones end meanwhile. */
const OWN_SOCKETS = 20;
const SETTLED_BYTES = 200;
const MOST_LOOKS = 10;

/** Runs in the server's process. The collection itself is not a delay caused by clients. */
const INSIDE = `
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeHeapSnapshot } from 'node:v8';
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.on('message', ({ snapshot }) => {
  if (snapshot) return process.send(writeHeapSnapshot(snapshot));
  const longestMs = Math.round(delays.max / 1e6);
  const p99Ms = delays.percentile(99) / 1e6;
  gc();
  const { heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo();
  const sockets = handles.filter((what) => what === 'TCPSocketWrap').length;
  process.send({ bytes: heapUsed + external, heapUsed, longestMs, p99Ms, sockets, handles: handles.length });
  setTimeout(() => delays.reset(), 50);
});`;

/**
 * Starts a program that prints its port at the end of a line, by default the server. The caller must end `child`.
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
      if (!found) return;
      child.stdout.removeAllListeners('data').resume();
      resolve(Number(found[1]));
    });
    child.once('exit', () => reject(new Error(output)));
  });
  return { child, port };
}

/** @returns live bytes, the event loop's delays in milliseconds since the last call, open sockets and all handles */
export const look = (child) => ask(child, {});

/** @returns once the heap is in `file`, which takes seconds during which the server does nothing else */
export const snapshot = (child, file) => ask(child, { snapshot: file });

async function ask(child, question) {
  child.send(question);
  const [answer] = await once(child, 'message');
  return answer;
}

/** Waits until nothing changes: what was sent has arrived, and what has ended is freed. */
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
 * @param {(count: number) => Promise<{ destroy(): void }[]>} openMany resolves once all are in their final state
 * @returns KiB per connection, and the loop's longest delay while they were opened
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
