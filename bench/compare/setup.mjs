// What a comparison needs besides the build: the driver and the yardstick, compiled, and Bun from npm if it installs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const CACHE = path.join(ROOT, 'node_modules/.cache/bench');
const BUN = 'bun@1.4.5';

/** @returns the path of a program of driver/, newly compiled */
export function compiled(program) {
  const output = path.join(CACHE, program);
  mkdirSync(CACHE, { recursive: true });
  const source = path.join(import.meta.dirname, 'driver', `${program}.c`);
  execFileSync('cc', ['-O2', '-Wall', '-o', output, source], { stdio: 'inherit' });
  return output;
}

/** @returns the peers that cannot run, with the reason */
export function setUp(peers) {
  for (const program of ['wsload', 'limit']) compiled(program);
  if (!peers.includes('bun') || existsSync(path.join(CACHE, 'node_modules/.bin/bun'))) return new Map();
  try {
    const quietly = ['--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    execFileSync('npm', ['install', '--prefix', CACHE, ...quietly, BUN], { stdio: ['ignore', 'ignore', 'pipe'] });
    return new Map();
  } catch (error) {
    return new Map([['bun', `npm could not install ${BUN}: ${String(error.stderr).trim().split('\n')[0]}`]]);
  }
}
