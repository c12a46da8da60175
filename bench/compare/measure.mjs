// One peer under one workload.
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../server-process.mjs';
import { YARDSTICK } from './peers.mjs';
import { DRIVER_CORE, SERVER_CORE, start, stop, tree } from './processes.mjs';
import { CACHE, ROOT } from './setup.mjs';
import { median, ratios } from './statistics.mjs';

const run = promisify(execFile);
const SLOT_MS = 300;
/** The part of each slot that still belongs to the other's turn; not counted. */
const GUARD_MS = 60;
/** Load before anything is measured: V8 compiles what is used often, and the database's processes, which count, start. */
const WARM_UP_SECONDS = 6;
/** What connecting, preparing and draining may take beyond the given time. */
const GRACE_MS = 180_000;

async function bringUp(peer, workload, folder) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const places = { port, dir: folder, cache: CACHE, repo: ROOT, here: import.meta.dirname };
  const fill = (text) => String(text).replace(/\{(port|dir|cache|repo|here)\}/g, (_all, name) => places[name]);
  const env = Object.fromEntries(Object.entries(peer.env ?? {}).map(([name, value]) => [name, fill(value)]));
  const command = peer.cmd.map(fill);
  const child = await start(command, { env, cwd: fill(peer.cwd ?? '{dir}'), port, log: path.join(folder, 'log') });
  const { shape, connections, group, args } = workload;
  const driver = [
    ...['taskset', '-c', DRIVER_CORE, path.join(CACHE, 'wsload'), '--url', fill(peer.url[shape]), '--name', peer.name],
    ...['--conns', connections, '--group', group, ...args, ...peer.args.map(fill), '--core', SERVER_CORE],
  ].map(String);
  try {
    if (peer.prepare) {
      const bench = { BENCH_PORT: port, BENCH_DIR: folder, BENCH_CONNS: connections, BENCH_GROUP: group };
      const [file, ...rest] = peer.prepare.map(fill);
      const options = { env: { ...process.env, ...env, ...bench, BENCH_SHAPE: shape }, timeout: GRACE_MS };
      await run(file, rest, options).catch(({ stderr }) => {
        throw new Error(`${path.basename(rest[0])}: ${/^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr}`);
      });
    }
  } catch (error) {
    await stop(child);
    throw error;
  }
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const commands = { server: ['env', ...variables, ...command], driver };
  return {
    commands,
    /** @returns the driver's measurements */
    async drive(seconds, more) {
      commands.driver = [...driver, '--pid', tree(child.pid).join(), '--duration', `${seconds}`, ...more];
      const [file, ...rest] = commands.driver;
      const options = { timeout: seconds * 1_000 + GRACE_MS, maxBuffer: 2 ** 24 };
      // It exits with 1 when not all connections could be made, and also says so in its output.
      const { stdout, stderr } = await run(file, rest, options).catch((error) => error);
      if (!stdout) throw new Error(`driver: ${stderr}`);
      return JSON.parse(stdout);
    },
    stop: () => stop(child),
  };
}

/** The two sides take turns on the core, so that both see the same state of the machine. */
async function inTurns(own, yardstick, seconds) {
  const slots = (turn) => ['--warmup', '2', '--slot', `${turn}/2:${SLOT_MS}:${GUARD_MS}`];
  const [mine, its] = await Promise.all([own.drive(seconds, slots(1)), yardstick.drive(seconds + 2, slots(0))]);
  if (!mine.slots?.length || !its.slots?.length) throw new Error(mine.error || its.error || 'nothing came back');
  const { slots: all, ...rest } = mine;
  const busy = median(all.map(({ srv }) => srv));
  return { ...rest, ...ratios(all, its.slots), busy, yardstickLost: its.lost };
}

/**
 * @param {string} folder for the servers' files, removed afterwards
 * @returns the driver's measurements, and for `paired` workloads the `capacity` and `throughput` of the slots as ratios
 */
export async function measure(peer, workload, seconds, folder) {
  const up = [];
  const bring = async (each, name) => {
    up.push(await bringUp(each, workload, path.join(folder, name)));
    return up.at(-1);
  };
  try {
    const own = await bring(peer, 'peer');
    const { commands } = own;
    if (workload.kind !== 'idle') await own.drive(WARM_UP_SECONDS, []);
    if (workload.kind !== 'paired') return { commands, ...(await own.drive(seconds, ['--warmup', '1'])) };
    return { commands, ...(await inTurns(own, await bring(YARDSTICK, 'yardstick'), seconds)) };
  } finally {
    for (const each of up) await each.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
