// Servers under comparison: each pinned to one core, and ended by process id together with what it started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export const SERVER_CORE = '0';
export const DRIVER_CORE = '1';
const START_MS = 120_000;
const STOP_MS = 15_000;
const live = new Set();

const isGone = ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null;

/** A process and all its descendants. */
export function tree(pid) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
      } catch {
        return []; // It has ended.
      }
    });
  const found = [pid];
  for (const one of found) found.push(...parents.filter(([, parent]) => parent === one).map(([child]) => child));
  return found;
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Resolves when its port accepts connections. */
export async function start(command, { env, cwd, port, log }) {
  const file = openSync(log, 'a');
  const child = spawn('taskset', ['-c', SERVER_CORE, ...command], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
    cwd,
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  live.add(child);
  child.once('error', () => undefined);
  for (const until = Date.now() + START_MS; Date.now() < until && !isGone(child); await sleep(50)) {
    if (await accepts(port)) return child;
  }
  await stop(child);
  throw new Error(`it did not start: ${readFileSync(log, 'utf8').trim().split('\n').at(-1)}`);
}

export async function stop(child) {
  live.delete(child);
  if (child.pid === undefined || isGone(child)) return;
  const all = tree(child.pid);
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, sleep(STOP_MS, undefined, { ref: false })]);
  if (isGone(child)) return;
  for (const pid of all.reverse()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  await gone;
}

export async function stopAll() {
  for (const child of [...live]) await stop(child);
}
