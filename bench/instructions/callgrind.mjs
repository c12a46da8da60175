// The server under valgrind's callgrind, which counts executed instructions: the same number on a busy machine.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, startServer } from '../server-process.mjs';
import { instructionsOf } from './figures.mjs';

const run = promisify(execFile);
/**
 * V8 compiles and collects in the main thread, since the progress of other threads is a matter of chance. It collects a
 * little at a time, so that every window has its share, and by what was allocated, not by elapsed time.
 */
const V8 = [
  '--single-threaded',
  '--max-semi-space-size=1',
  '--predictable-gc-schedule',
  '--no-flush-bytecode',
  '--hash-seed=1',
];

/**
 * @param {string} folder for the server's data and callgrind's output
 * @param {(child: import('node:child_process').ChildProcess) => void} onSpawn gets the process, which the caller must
 * end
 */
export async function startCounted(folder, onSpawn) {
  const pipes = `--vgdb-prefix=${path.join(folder, 'vgdb')}`;
  const valgrind = [
    ...['valgrind', '--quiet', '--tool=callgrind', '--instr-atstart=no', '--smc-check=all-non-file', pipes],
    `--callgrind-out-file=${path.join(folder, 'out')}`,
  ];
  // The pipes between the two are named after these.
  const names = { HOST: '127.0.0.1', LOGNAME: 'bench' };
  const program = [...valgrind, process.execPath, ...V8];
  const env = { ...names, DRAIN_SECONDS: '1' };
  const { child, port } = await startServer(path.join(folder, 'data'), await freePort(), env, onSpawn, program);
  const tell = (...command) =>
    run('vgdb', [pipes, `--pid=${child.pid}`, ...command], { env: { ...process.env, ...names } });

  /** Instructions since the last call. */
  async function take() {
    await tell('dump');
    const dumps = readdirSync(folder).filter((name) => name.startsWith('out.'));
    const counts = dumps.map((name) => instructionsOf(readFileSync(path.join(folder, name), 'utf8')));
    for (const name of dumps) rmSync(path.join(folder, name));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  return {
    port,
    pid: child.pid,
    /** Valgrind then translates all code anew, so start only once. */
    startCounting: () => tell('instrumentation', 'on'),
    take,
  };
}
