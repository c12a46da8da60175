import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Root folder of the package this file belongs to, whether built or not. */
export const PROGRAM_FOLDER = find(import.meta.dirname);

export const PROGRAM_VERSION = read(path.join(PROGRAM_FOLDER, 'package.json'));

function find(folder: string): string {
  const parent = path.dirname(folder);
  return folder === parent || existsSync(path.join(folder, 'package.json')) ? folder : find(parent);
}

function read(file: string): string {
  if (!existsSync(file)) return 'unknown';
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }).version);
}
