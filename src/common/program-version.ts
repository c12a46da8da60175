import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of the package this file is part of, built or not. */
export const PROGRAM_VERSION = read(import.meta.dirname);

function read(folder: string): string {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return folder === path.dirname(folder) ? 'unknown' : read(path.dirname(folder));
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }).version);
}
