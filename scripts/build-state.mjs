// Builds dist if it does not match the sources, and says what to do if it cannot.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildNative } from './build-native.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const lock = path.join(root, 'node_modules', '.cache', 'build.lock');

/** The TypeScript client, which the commands use. */
const client = {
  inputs: ['clients/typescript/src', 'clients/typescript/tsconfig.json', 'tsconfig.json', 'package-lock.json'],
  stamp: path.join(root, 'clients', 'typescript', 'dist', '.built-from'),
  tool: ['typescript', 'bin/tsc', '-p', 'clients/typescript'],
  outputs: [path.join(root, 'clients', 'typescript', 'dist')],
};
/** The parts of dist, each built from its own sources alone. */
const server = {
  inputs: [
    'clients/typescript/src',
    'src',
    'ormconfig.ts',
    'tsconfig.json',
    'tsconfig.build.json',
    'nest-cli.json',
    'package-lock.json',
  ],
  stamp: path.join(dist, '.built-from'),
  tool: ['@nestjs/cli', 'bin/nest.js', 'build'],
  outputs: ['src', 'ormconfig.js', 'ormconfig.js.map', '.tsbuildinfo'],
};
const pages = {
  inputs: ['web', 'clients/typescript/src', 'vite.config.ts', 'vite.licences.ts', 'tsconfig.json', 'package-lock.json'],
  stamp: path.join(dist, 'web', '.built-from'),
  tool: ['vite', 'bin/vite.js', 'build'],
  outputs: ['web'],
};
/** Speeds up writing, if it can be built; see `NATIVE_SEND`. */
const native = {
  inputs: ['native', 'scripts/build-native.mjs'],
  stamp: path.join(dist, 'native', '.built-from'),
  outputs: ['native'],
};

/** Something the operator can fix; shown without a stack. */
export class BuildError extends Error {}

/**
 * Makes dist match the sources.
 * @param {{ force?: boolean, only?: 'pages' }} [options]
 * @returns {Promise<boolean>} whether anything had to be built
 */
export async function ensureBuilt({ force = false, only } = {}) {
  // A deployment may consist of dist alone.
  if (!existsSync(path.join(root, 'src')) && existsSync(path.join(dist, 'src', 'main.js'))) return false;
  const isStale = (part) => force || !isFresh(part);
  const parts = only === 'pages' ? [pages] : [native, client, server, pages];
  const stale = parts.filter(isStale);
  if (stale.length === 0) return false;
  const tools = new Map(stale.filter(({ tool }) => tool).map((part) => [part, buildTool(part)]));
  const unlock = await takeLock();
  try {
    // Another process may have built it while we waited.
    const left = stale.filter(isStale);
    if (left.length > 0) process.stderr.write('Building …\n');
    for (const part of left) await build(part, tools.get(part));
    return left.length > 0;
  } finally {
    unlock();
  }
}

async function build({ inputs, outputs, stamp }, tool) {
  const digest = digestOf(inputs);
  for (const output of outputs) rmSync(path.resolve(dist, output), { recursive: true, force: true });
  rmSync(stamp, { force: true });
  if (tool) await run(...tool);
  else noteNative(buildNative(root, path.dirname(stamp)));
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

function noteNative(obstacle) {
  if (obstacle) process.stderr.write(`Building without the native sender, so writing will be slower: ${obstacle}\n`);
}

function isFresh({ inputs, stamp }) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOf(inputs);
}

/** By content, not by time: git gives every file the time of the checkout. */
function digestOf(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** The file itself, or all sources in the folder. */
function filesOf(input) {
  const place = path.join(root, input);
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [input];
  return readdirSync(place, { recursive: true })
    .map((file) => path.join(input, String(file)))
    .filter((file) => /\.(tsx?|mjs|c|css|html|svg)$/.test(file) && !file.endsWith('.spec.ts'))
    .sort();
}

function buildTool({ stamp, tool: [name, script, ...args] }) {
  const { resolve } = createRequire(path.join(root, 'package.json'));
  try {
    resolve('typescript');
    return [path.join(path.dirname(resolve(`${name}/package.json`)), script), args];
  } catch {
    const state = existsSync(stamp) ? 'The build in dist is older than the sources' : 'There is no build in dist';
    throw new BuildError(
      `${state}, and the build tools are not installed (they are left out with NODE_ENV=production).\n` +
        'Either build here:        npm ci --include=dev && npm run build\n' +
        'or bring a build along:   copy the folder dist from a place where these sources were built.',
    );
  }
}

/** Two simultaneous starts must not overwrite each other's build. The lock of a process that has ended does not count. */
async function takeLock() {
  mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readFileIfAny(lock)))) rmSync(lock, { force: true });
    await sleep(200);
  }
}

function readFileIfAny(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid) {
  // An empty file is still being written.
  if (!pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A signal that ends this process during a build also ends the builder. */
function run(script, args) {
  return new Promise((resolve, reject) => {
    // A build must not depend on the environment of the server that starts it: some packages have separate development files.
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = spawn(process.execPath, [script, ...args], { cwd: root, env, stdio: ['ignore', 2, 2] });
    const stop = () => {
      child.kill('SIGKILL');
      rmSync(lock, { force: true });
      process.exit(0);
    };
    process.once('SIGTERM', stop).once('SIGINT', stop);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGTERM', stop).off('SIGINT', stop);
      if (code === 0) resolve();
      else reject(new BuildError('The build failed; its messages are above.'));
    });
  });
}
