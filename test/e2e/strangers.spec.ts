import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ensureBuilt } from '../support/process.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CONNECTIONS = 400;
/** Less than double, minus the variation of a measurement with so few. */
const MOST = 1.8;

/** KiB by kind of connection, as in `docs/security.md`. */
function documented(): Record<string, number> {
  const text = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8');
  const section = text.split('\n## ').find((part) => part.startsWith('What a stranger costs\n')) ?? '';
  const rows = section.matchAll(/^\| (.+?) +\| ([\d.]+) +\|/gm);
  return Object.fromEntries([...rows].map(([, way = '', kib]) => [way, Number(kib)]));
}

it('takes no more memory for a stranger than documented, whatever the kind of connection', async () => {
  await ensureBuilt();
  const args = [path.join(ROOT, 'bench/strangers.mjs'), `${CONNECTIONS}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e6 });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { way: string; kibEach: number });
  const known = documented();
  expect(lines.map(({ way }) => way)).toEqual(Object.keys(known));
  const tooMuch = lines.filter(({ way, kibEach }) => kibEach > MOST * (known[way] ?? 0));
  expect(tooMuch).toEqual([]);
}, 600_000);
