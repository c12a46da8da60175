// Builds dist when it does not match the sources, and says what to do where it cannot.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stamp = path.join(root, 'dist', '.built-from');
const lock = path.join(root, 'node_modules', '.cache', 'build.lock');
const inputs = ['src', 'ormconfig.ts', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];

/** Something the operator can put right; shown without a stack. */
export class BuildError extends Error {}

/**
 * Makes dist match the sources.
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<boolean>} whether anything had to be built
 */
export async function ensureBuilt({ force = false } = {}) {
  // A deployment may bring dist alone.
  if (!existsSync(path.join(root, 'src')) && existsSync(path.join(root, 'dist', 'src', 'main.js'))) return false;
  if (!force && isFresh()) return false;
  const nest = buildTool();
  const unlock = await takeLock();
  try {
    // Another process may have built while we waited.
    if (!force && isFresh()) return false;
    const digest = digestOfSources();
    process.stderr.write('Building …\n');
    await run(nest, ['build']);
    writeFileSync(stamp, digest);
    return true;
  } finally {
    unlock();
  }
}

function isFresh() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfSources();
}

/** Contents, not times: git gives every file of a checkout the time of the checkout. */
function digestOfSources() {
  const hash = createHash('sha256');
  const add = (file) =>
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  for (const input of inputs) {
    if (input !== 'src') {
      if (existsSync(path.join(root, input))) add(input);
      continue;
    }
    const files = readdirSync(path.join(root, input), { recursive: true })
      .map((file) => path.join(input, String(file)))
      .filter((file) => /\.(ts|js|css|html|svg)$/.test(file) && !file.endsWith('.spec.ts'));
    for (const file of files.sort()) add(file);
  }
  return hash.digest('hex');
}

function buildTool() {
  const { resolve } = createRequire(path.join(root, 'package.json'));
  try {
    resolve('typescript');
    return path.join(path.dirname(resolve('@nestjs/cli/package.json')), 'bin', 'nest.js');
  } catch {
    const state = existsSync(stamp) ? 'The build in dist is older than the sources' : 'There is no build in dist';
    throw new BuildError(
      `${state}, and the build tools are not installed (they are left out with NODE_ENV=production).\n` +
        'Either build here:        npm ci --include=dev && npm run build\n' +
        'or bring a build along:   copy the folder dist from where it was built with these sources.',
    );
  }
}

/** Two starts at once must not build over each other. The lock of a process that is gone does not count. */
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
  // An empty file is one that is just being written.
  if (!pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A signal that ends us while we build ends the builder too. */
function run(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
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
