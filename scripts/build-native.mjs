// Compiles native/send-many.c into dist/native if there is a compiler. The server also runs without it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * @param {string} root of the project
 * @param {string} output folder for the library
 * @returns {string | undefined} what prevented it
 */
export function buildNative(root, output) {
  if (!['linux', 'darwin'].includes(process.platform)) return `${process.platform} is not supported`;
  // Node's installation contains them.
  const headers = path.resolve(path.dirname(process.execPath), '..', 'include', 'node');
  if (!existsSync(path.join(headers, 'node_api.h'))) return `no Node headers in ${headers}`;
  mkdirSync(output, { recursive: true });
  const library = path.join(output, `send-many-${process.platform}-${process.arch}.node`);
  rmSync(library, { force: true });
  const shared = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const source = path.join(root, 'native', 'send-many.c');
  const flags = ['-O2', '-fPIC', '-Wall', '-Wextra', '-Werror', '-fvisibility=hidden', `-I${headers}`];
  const { error, status, stderr } = spawnSync('cc', [...flags, ...shared, '-o', library, source], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error) return error.code === 'ENOENT' ? 'no C compiler (cc)' : error.message;
  return status === 0 ? undefined : stderr;
}
