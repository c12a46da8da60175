import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes generated files; with `--check` on the command line it only compares them.
 * @param command the command that regenerates them
 * @returns the exit code
 */
export async function writeGenerated(files: ReadonlyMap<string, string>, command: string): Promise<number> {
  const check = process.argv.includes('--check');
  const outdated: string[] = [];
  for (const [file, text] of files) {
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
    outdated.push(file);
    if (check) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  if (!check || outdated.length === 0) return 0;
  console.error(`Out of date: ${outdated.join(', ')}. Run: ${command}`);
  return 1;
}
