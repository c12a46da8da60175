import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';

export const HOST = '127.0.0.1';

/** What `postmaster.pid` of a data folder says about the server that wrote it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Whether it has announced that it accepts connections; before that it is starting up or recovering. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; `undefined` when there is none, or it is only half written. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/**
 * Whether `pid` is alive *and* a PostgreSQL process of `folder`. A pid alone proves nothing: it lives on as a zombie
 * until its parent collects it, and in containers the next boot gives the same small numbers to other programs.
 */
export async function isServerProcess(pid: number, folder: string): Promise<boolean> {
  if (!signalReaches(pid)) return false;
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return false;
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  if (state === 'Z' || state === 'X') return false;
  // Servers have their data folder as working directory. If unreadable, it is another user's: trust the pid file.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => folder);
  return cwd === folder;
}

/** Pids of all processes that work in `folder`: the server, and backends that may outlive it for a moment. */
export async function processesOf(folder: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => undefined);
    if (cwd === folder) found.push(Number(name));
  }
  return found;
}

/** Whether something accepts connections on the loopback port within a second. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => {
      done(false);
    });
    socket.once('connect', () => {
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
