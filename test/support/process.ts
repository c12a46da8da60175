import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { isServerProcess } from '../../src/modules/database/embedded/postmaster.js';
import { removeAfterUs } from './remove-after-us.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_MS = 60_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** `npm` starts it as the README does; the default is the server alone. */
  readonly by?: 'node' | 'npm';
  /** Default: a `newDataDir`, or an empty folder with another database or a disk of its own. */
  readonly dataDir?: string;
  /** Makes `dataDir` a disk of its own with this many bytes, whose files only `filesOf` finds. */
  readonly diskBytes?: number;
}

/** A server in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly dataDir: string;
  /** Resolves with `http://127.0.0.1:<port>` (https with a certificate) once it listens; rejects if it ends first. */
  readonly url: Promise<string>;
  readonly exited: Promise<Exit>;
  /** All its output so far. */
  output(): string;
  /** Signals the process, or with `group` its whole process group, as Ctrl-C in a terminal does. */
  kill(signal: NodeJS.Signals, whom?: 'process' | 'group'): void;
  /** Resolves when the output contains `text`. */
  says(text: string): Promise<void>;
}

const running = new Set<ServerProcess>();
const folders = new Set<string>();
let built: Promise<unknown> | undefined;

/** Builds dist if it does not match the sources; once per spec file. */
export async function ensureBuilt(): Promise<void> {
  built ??= promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/build.mjs')], { timeout: 300_000 });
  await built;
}

/**
 * Starts the real server from dist, with nothing of this environment except PATH and HOME. Call `cleanUpProcesses` in
 * `afterEach`.
 */
export async function startProcess(
  env: Record<string, string> = {},
  options: StartOptions = {},
): Promise<ServerProcess> {
  await ensureBuilt();
  const isEmpty = env['DATABASE_URL'] !== undefined || options.diskBytes !== undefined;
  const dataDir = options.dataDir ?? (await (isEmpty ? temporaryDataDir() : newDataDir()));
  const [file, args] =
    options.by === 'npm' ? ['npm', ['start']] : [process.execPath, [path.join(ROOT, 'dist/src/main.js')]];
  const child = spawn(...onDisk(options.diskBytes, file, args), {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HOST: '127.0.0.1',
      PORT: '0',
      DRAIN_SECONDS: '1',
      DATA_DIR: dataDir,
      ...env,
    },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const pid = child.pid ?? 0;
  const says = async (text: string) => {
    const giveUp = Date.now() + START_MS;
    while (!output.includes(text)) {
      if (child.exitCode !== null || child.signalCode !== null) await exited;
      if (output.includes(text)) return;
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUp) {
        throw new Error(`The server did not say «${text}» but:\n${output}`);
      }
      await sleep(20);
    }
  };
  const url = says('Listening on ').then(() => /Listening on (https?:\S+?)"/.exec(output)?.[1] ?? '');
  // Tests that expect it not to start never ask for the address.
  url.catch(() => undefined);
  const server: ServerProcess = {
    pid,
    dataDir,
    url,
    exited,
    says,
    output: () => output,
    kill: (signal, whom = 'process') => process.kill(whom === 'group' ? -pid : pid, signal),
  };
  running.add(server);
  void exited.then(() => running.delete(server));
  return server;
}

/** An empty DATA_DIR, removed by `cleanUpProcesses`. */
export async function temporaryDataDir(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-process-'));
  removeAfterUs(folder);
  folders.add(folder);
  return folder;
}

/** A temporary DATA_DIR with an unused database: a copy, since making one takes seconds. */
export async function newDataDir(): Promise<string> {
  return copied(inject('newDataDir'), await temporaryDataDir());
}

let used: Promise<string> | undefined;

/** A temporary DATA_DIR as a server leaves it, with its database. */
export async function usedDataDir(): Promise<string> {
  used ??= leaveDataDir();
  return copied(await used, await temporaryDataDir());
}

async function copied(from: string, to: string): Promise<string> {
  if (from) await promisify(execFile)('cp', ['-a', `${from}/.`, to]);
  return to;
}

async function leaveDataDir(): Promise<string> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'switchboard-used-'));
  removeAfterUs(dataDir);
  await copied(inject('newDataDir'), dataDir);
  const server = await startProcess({}, { dataDir });
  await server.url;
  server.kill('SIGTERM');
  await server.exited;
  return dataDir;
}

/** Wraps the command in a namespace where `DATA_DIR` is a disk of `bytes`. */
function onDisk(bytes: number | undefined, file: string, args: string[]): [string, string[]] {
  if (bytes === undefined) return [file, args];
  const mount = `mount -t tmpfs -o mode=0700,size=${bytes} none "$DATA_DIR" && exec "$0" "$@"`;
  return ['unshare', ['--map-root-user', '--mount', '/bin/sh', '-c', mount, file, ...args]];
}

/** The files of a server with a disk of its own. */
export const filesOf = ({ pid, dataDir }: ServerProcess): string => `/proc/${pid}/root${dataDir}`;

/** Pid of the embedded database under `dataDir`, if there is one. */
export async function databasePid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return pid > 0 ? pid : undefined;
}

/** Whether `pid` is alive; an ended process that has not been reaped is not. */
export async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) return !/\) [ZX] /.test(stat);
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}

/** Kills every server that is still running, and databases that killed servers left behind; removes their folders. */
export async function cleanUpProcesses(): Promise<void> {
  for (const server of [...running]) {
    server.kill('SIGKILL', 'group');
    await server.exited;
  }
  for (const folder of folders) {
    const pid = await databasePid(folder);
    // The pid in the file may belong to another program by now.
    if (pid !== undefined && (await isServerProcess(pid, await realpath(path.join(folder, 'postgres'))))) {
      process.kill(pid, 'SIGQUIT');
      for (let i = 0; i < 100 && (await lives(pid)); i++) await sleep(50);
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    folders.delete(folder);
  }
}
