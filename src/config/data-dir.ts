import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BootError } from '../common/errors/boot-error.js';
import { randomHex } from '../common/security/random.js';

/**
 * Makes DATA_DIR if it is missing and closes it to everybody else.
 * @throws BootError when that is not possible
 */
export function prepareDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir);
    const { mode, uid } = statSync(dataDir);
    // 0711 stays: the embedded database of root may run as another user, who has to pass through.
    const allowed = (mode & 0o777) === 0o711 ? 0o711 : 0o700;
    const mine = process.getuid === undefined || process.getuid() === 0 || process.getuid() === uid;
    if (mine && (mode & 0o777) !== allowed) chmodSync(dataDir, allowed);
  } catch (error) {
    throw new BootError(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Makes a folder that is for nobody else on this machine, and those above it, where they are missing. Step by step: where
 * a file system lets nobody make folders (`/proc`), Node's recursive way tries again for ever.
 * @param folder absolute
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been first.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * The content of a secret file of DATA_DIR, readable by its owner only; written once with `generate` if it is missing.
 * Processes that start together agree on one content, and a crash leaves all of it or nothing.
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
