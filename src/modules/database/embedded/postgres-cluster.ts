import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import {
  chmod,
  chown,
  lchown,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  statfs,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DatabaseDiskFull } from '../../../common/errors/database-unavailable.js';
import { BootError } from '../../../common/errors/boot-error.js';
import { randomToken } from '../../../common/security/random.js';
import { secretFile } from '../../../config/data-dir.js';
import { freePort } from './free-port.js';
import { locateBinaries, type PostgresBinaries, USE_DATABASE_URL } from './postgres-binaries.js';
import { accepts, HOST, isServerProcess, processesOf, readPostmaster } from './postmaster.js';
import { chooseRunAs, ENVIRONMENT, type RunAs } from './run-as.js';

export const SUPERUSER = 'postgres';
const PASSWORD_FILE = 'postgres-password';

const START_ATTEMPT_MS = 8_000;
const RECOVERY_MS = 300_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const POLL_MS = 50;
const WAL_SEGMENT_BYTES = 16 * 1024 * 1024;

/** Failed statements stay out of the database's log, because they quote people's data; the server logs them itself. */
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '100',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
};

/** A crash may lose data: for databases that live as long as a test run. */
const VOLATILE_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

export interface ClusterOptions {
  readonly dataDir: string;
  /** `false` trades safety against crashes for speed (tests). */
  readonly durable: boolean;
  /** Milliseconds during which a server that does not come up is retried; 8,000 by default. */
  readonly startMs?: number;
}

/**
 * The embedded PostgreSQL's files and process: `postgres/`, `postgres-password` and `postgres.log` under DATA_DIR.
 * Users must hold the folder's lock, since two clusters on one folder would conflict.
 */
export class PostgresCluster {
  readonly password: string;
  port = 0;
  #pid: number | undefined;
  #child: ChildProcess | undefined;
  /** Whether a server has come up before, so that its port is known to others. */
  #settled = false;

  private constructor(
    private readonly options: ClusterOptions,
    private readonly binaries: PostgresBinaries,
    private readonly runAs: RunAs,
    /** Real path of the data folder. */
    private readonly folder: string,
  ) {
    this.password = secretFile(options.dataDir, PASSWORD_FILE, () => randomToken());
  }

  /** Finds the programs, and creates the data folder if there is none. @throws BootError when that is not possible */
  static async prepare(options: ClusterOptions): Promise<PostgresCluster> {
    const binaries = await locateBinaries();
    const dataDir = await realpath(options.dataDir);
    const named = path.join(dataDir, 'postgres');
    // The folder may be a link to another disk; processes are known by the real path.
    const folder = existsSync(named) ? await realpath(named) : named;
    const runAs = await chooseRunAs(binaries.postgres);
    if (existsSync(folder)) await checkVersion(binaries.postgres, folder);
    // PostgreSQL's user must be able to pass through DATA_DIR; it still cannot list it, and secrets in it are 0600.
    const { owner, wrapper } = runAs;
    if (owner && wrapper.length === 0 && statSync(dataDir).uid !== owner.uid) chmodSync(dataDir, 0o711);
    const cluster = new PostgresCluster({ ...options, dataDir }, binaries, runAs, folder);
    if (existsSync(folder)) {
      await cluster.#takeOwnership(folder);
      // PostgreSQL refuses folders that others may enter, as fsGroup, a restore or a copy may have left them.
      if ((statSync(folder).mode & 0o7777) !== 0o700) chmodSync(folder, 0o700);
    } else {
      await cluster.#initialise();
    }
    return cluster;
  }

  url(database: string): string {
    return urlOf(this.password, this.port, database);
  }

  /** URL of a database that another process's cluster in `dataDir` is serving now; `undefined` when there is none. */
  static async runningUrl(dataDir: string, database: string): Promise<string | undefined> {
    const folder = await realpath(path.join(dataDir, 'postgres')).catch(() => undefined);
    const found = folder === undefined ? undefined : await readPostmaster(folder);
    if (folder === undefined || !found?.ready || !(await isServerProcess(found.pid, folder))) return undefined;
    if (!(await accepts(found.port))) return undefined;
    return urlOf((await readFile(path.join(dataDir, PASSWORD_FILE), 'utf8')).trim(), found.port, database);
  }

  /**
   * Adopts the server that already runs on the folder, or starts one, and waits until it accepts connections. Later
   * starts reuse the port of the first, because connection pools know it.
   * @throws BootError when none comes up
   */
  async start(): Promise<'adopted' | 'started'> {
    const giveUp = performance.now() + (this.options.startMs ?? START_ATTEMPT_MS);
    for (;;) {
      if (await this.#awaitRunning()) return 'adopted';
      await this.#clearRemains();
      if (!this.#settled) this.port = await freePort();
      const fault = await this.#spawn();
      if (fault === undefined) {
        this.#settled = true;
        return 'started';
      }
      if (performance.now() > giveUp)
        throw new BootError(`The embedded database does not start: ${fault}\n${this.#logTail()}`);
      await sleep(200);
    }
  }

  /**
   * The error to report while there is no space for another WAL segment, without which the server neither runs nor
   * starts.
   */
  async lackOfRoom(): Promise<DatabaseDiskFull | undefined> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize < WAL_SEGMENT_BYTES ? new DatabaseDiskFull(this.folder) : undefined;
  }

  /** Whether the server's process is alive. */
  async alive(): Promise<boolean> {
    if (this.#pid === undefined || this.#child?.exitCode != null || this.#child?.signalCode != null) return false;
    return isServerProcess(this.#pid, this.folder);
  }

  /** Ends sessions and stops the server, with increasing force. Never throws. */
  async stop(): Promise<void> {
    for (const [signal, patience] of [
      ['SIGINT', 2_500],
      ['SIGQUIT', 1_000],
      ['SIGKILL', 500],
    ] as const) {
      if (this.#pid === undefined || !(await this.alive())) return;
      kill(this.#pid, signal);
      const until = performance.now() + patience;
      while (performance.now() < until && (await this.alive())) await sleep(POLL_MS);
    }
  }

  /** Waits for a server that is starting or stopping. @returns whether one runs in the end */
  async #awaitRunning(): Promise<boolean> {
    const giveUp = performance.now() + RECOVERY_MS;
    for (;;) {
      const found = await readPostmaster(this.folder);
      if (!found || !(await isServerProcess(found.pid, this.folder))) return false;
      if (found.ready && (await accepts(found.port))) {
        if (found.pid !== this.#pid) this.#child = undefined;
        this.#pid = found.pid;
        this.port = found.port;
        this.#settled = true;
        return true;
      }
      if (performance.now() > giveUp) {
        throw new BootError(
          `The embedded database (pid ${found.pid}) runs but accepts no connections.\n${this.#logTail()}`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  /**
   * Removes what a killed server left behind. After kill -9 its backends live on for a moment, or longer in a long
   * query, and its pid may belong to a zombie or another program by now; PostgreSQL refuses to start in either case.
   * This process holds the folder's lock and has seen that no server runs, so the remains are its to remove.
   */
  async #clearRemains(): Promise<void> {
    if (process.platform !== 'linux') return;
    const patience = performance.now() + 1_500;
    for (let left = await processesOf(this.folder); left.length > 0; left = await processesOf(this.folder)) {
      if (performance.now() > patience) for (const pid of left) kill(pid, 'SIGKILL');
      await sleep(POLL_MS);
    }
    await rm(path.join(this.folder, 'postmaster.pid'), { force: true });
  }

  /** @returns why it did not come up, or `undefined` */
  async #spawn(): Promise<string | undefined> {
    const settings = { ...SETTINGS, ...(this.options.durable ? {} : VOLATILE_SETTINGS), port: String(this.port) };
    const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = this.#openLog();
    const [file, ...args] = [...this.runAs.wrapper, this.binaries.postgres, '-D', this.folder, ...parameters];
    // Detached: Ctrl-C in a terminal goes to the whole process group, and the database must outlive our drain.
    const child = spawn(file as string, args, { ...this.#identity(), detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    let fault: string | undefined;
    child.once('error', (error) => (fault = error.message));
    child.once('exit', (code, signal) => (fault = `exit ${code ?? signal ?? ''}`));
    this.#child = child;
    this.#pid = child.pid;
    const giveUp = performance.now() + RECOVERY_MS;
    while (fault === undefined) {
      const found = await readPostmaster(this.folder);
      if (found?.pid === child.pid && found?.ready && (await accepts(this.port))) return undefined;
      if (performance.now() > giveUp) return 'no connection is taken';
      await sleep(POLL_MS);
    }
    return fault;
  }

  /** Starts in a temporary folder: a folder named `postgres` is always complete. */
  async #initialise(): Promise<void> {
    const { dataDir, durable } = this.options;
    for (const name of await readdir(dataDir)) {
      if (name.startsWith('postgres.new-')) await rm(path.join(dataDir, name), { recursive: true });
    }
    const draft = await mkdtemp(path.join(dataDir, 'postgres.new-'));
    const passwordFile = path.join(draft, 'password');
    const data = path.join(draft, 'data');
    await writeFile(passwordFile, this.password, { mode: 0o600 });
    await this.#takeOwnership(draft);
    const [file, ...args] = [...this.runAs.wrapper, this.binaries.initdb, '-D', data, '-U', SUPERUSER];
    args.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--no-instructions');
    // PostgreSQL's own sorting and case mapping: the same on every machine, whatever its locales.
    args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    if (!durable) args.push('--no-sync');
    try {
      await promisify(execFile)(file, args, { ...this.#identity(), timeout: 120_000 });
      await rename(data, this.folder);
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      const { owner, wrapper } = this.runAs;
      const hint = owner && wrapper.length === 0 ? `It runs as uid ${owner.uid}, who has to get at ${dataDir}. ` : '';
      throw new BootError(
        `The embedded database cannot be made in ${dataDir}: ${(stderr ?? '').trim() || message}\n${hint}${USE_DATABASE_URL}`,
        { cause: error },
      );
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  /** Gives the files under `root` to the user that PostgreSQL runs as, where that differs. */
  async #takeOwnership(root: string): Promise<void> {
    const { owner } = this.runAs;
    if (!owner || process.getuid?.() !== 0 || statSync(root).uid === owner.uid) return;
    // A server left running by a killed process still opens its files as its own user.
    const running = await readPostmaster(root);
    if (running && (await isServerProcess(running.pid, root))) return;
    for (const entry of await readdir(root, { recursive: true }))
      await lchown(path.join(root, entry), owner.uid, owner.gid);
    await chown(root, owner.uid, owner.gid);
    await chmod(root, 0o700);
  }

  #identity(): { uid?: number; gid?: number; cwd: string; env?: NodeJS.ProcessEnv } {
    const { owner, wrapper } = this.runAs;
    const user = owner && wrapper.length === 0 ? { uid: owner.uid, gid: owner.gid } : {};
    return { ...user, cwd: this.options.dataDir, ...(process.platform === 'win32' ? {} : { env: ENVIRONMENT }) };
  }

  #openLog(): number {
    const file = path.join(this.options.dataDir, 'postgres.log');
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
    return openSync(file, 'a', 0o600);
  }

  #logTail(): string {
    const file = path.join(this.options.dataDir, 'postgres.log');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return `Last lines of ${file}:\n${text.trimEnd().split('\n').slice(-8).join('\n')}`;
  }
}

async function checkVersion(program: string, folder: string): Promise<void> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  const ours = /(\d+)\./.exec(stdout)?.[1];
  let theirs: string;
  try {
    theirs = readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    throw new BootError(`${folder} is no complete PostgreSQL data folder: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (ours !== undefined && ours !== theirs) {
    throw new BootError(
      `${folder} was made by PostgreSQL ${theirs}, but PostgreSQL ${ours} is installed. ` +
        `Move the data with pg_dump and pg_restore, or go back to the version before.`,
    );
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone, as intended.
  }
}

const urlOf = (password: string, port: number, database: string): string =>
  `postgres://${SUPERUSER}:${encodeURIComponent(password)}@${HOST}:${port}/${database}`;
