import {
  accessSync,
  chmodSync,
  constants,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { BootError } from '../common/errors/boot-error.js';
import { randomHex } from '../common/security/random.js';

/** What the server creates in DATA_DIR and must be able to read again. */
const OWN_ENTRIES = ['secret-key', 'postgres-password', 'admin-password', 'lock', 'postgres', 'media'];
/**
 * `nobody`, who may also own files of a root process: its database runs as that user where there are no user
 * namespaces.
 */
const NOBODY = 65_534;

/**
 * Creates DATA_DIR if it is missing and closes it to all other users, since a volume, a restore or a copy may have left
 * it open.
 * @throws BootError when that fails, or when its contents belong to another user; nothing is changed then
 */
export function prepareDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir);
    const { mode, uid } = statSync(dataDir);
    refuseForeign(dataDir);
    if ((mode & 0o1000) !== 0) throw new Error('it is a folder that everybody writes to, choose one below it');
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    // 0711 stays: the embedded database of a root process may run as another user, who has to pass through.
    const allowed = (mode & 0o777) === 0o711 ? 0o711 : 0o700;
    const mine = process.getuid === undefined || process.getuid() === 0 || process.getuid() === uid;
    if (mine && (mode & 0o777) !== allowed) chmodSync(dataDir, allowed);
  } catch (error) {
    if (error instanceof BootError) throw error;
    throw new BootError(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/** If root wrote over another user's files, neither that user nor PostgreSQL could read them again. */
function refuseForeign(dataDir: string): void {
  const me = process.getuid?.();
  if (me === undefined) return;
  for (const name of OWN_ENTRIES) {
    const uid = statSync(path.join(dataDir, name), { throwIfNoEntry: false })?.uid;
    if (uid === undefined || uid === me || (me === 0 && uid === NOBODY)) continue;
    throw new BootError(
      `DATA_DIR ${dataDir} holds files of uid ${uid} (${name}), but this process runs as uid ${me}: ` +
        'start the server as their owner, change their owner, or give it a DATA_DIR of its own.',
    );
  }
}

/**
 * Creates a folder that no other user on this machine may enter, and missing folders above it. Done step by step: where
 * a file system lets nobody create folders (`/proc`), Node's recursive option retries forever.
 * @param folder absolute path
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it first.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * The content of a secret file in DATA_DIR, readable by its owner only. If it is missing, it is written once, with the
 * result of `generate`. Processes that start together agree on one content, and a crash leaves all of it or nothing.
 * @throws BootError when it cannot be read or written
 */
export function secretFile(dataDir: string, name: string, generate: () => string): string {
  const file = path.join(dataDir, name);
  try {
    return readSecret(file) ?? createSecret(file, generate);
  } catch (error) {
    throw new BootError(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function readSecret(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if ((stat.mode & 0o077) !== 0) chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

function createSecret(file: string, generate: () => string): string {
  const draft = `${file}.${process.pid}.${randomHex(8)}`;
  writeFileSync(draft, `${generate()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    // Another process was first; its content counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}
