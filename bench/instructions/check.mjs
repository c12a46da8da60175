// Counts the server's instructions per message and compares them with the figures in figures.json.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chosen } from '../compare/statistics.mjs';
import { startCounted } from './callgrind.mjs';
import { compare, isSettled } from './figures.mjs';
import { open, WORKLOADS } from './workloads.mjs';

const FIGURES = path.join(import.meta.dirname, 'figures.json');
const TOLERANCE = 0.15;
/** Rounds of all workloads until V8 has compiled most of what they share; not counted, which is four times as fast. */
const WARM_UPS = 40;
/** Windows of one workload before the next one's turn. */
const TURN = 4;
/** Windows that find nothing less before a workload counts as settled. */
const PATIENCE = 24;
const MOST_WINDOWS = 120;

/** What the figures depend on besides the code. */
const platform = `node ${process.versions.node.split('.')[0]}, ${process.platform} ${process.arch}`;
const thousands = (count) => Math.round(count).toLocaleString('en');
const percent = (share) => `${(share * 100).toFixed(1)} %`;

/**
 * The workloads take turns, since V8 sometimes needs a while to return to its best code, more so after another workload
 * has made it discard some.
 * @param {(name: string, count: number) => boolean} isEnough whether `count` instructions per message settle the matter
 * @returns instructions per message in each window, by workload
 */
async function count(names, isEnough, server, folder) {
  const loads = {};
  for (const name of names) loads[name] = await open(name, { ...server, folder });
  for (let n = 0; n < WARM_UPS; n++) for (const name of names) await loads[name].run();
  await server.startCounting();
  const windows = Object.fromEntries(names.map((name) => [name, []]));
  const isDone = (name) => {
    const counted = windows[name];
    return (
      counted.some((each) => isEnough(name, each)) || isSettled(counted, PATIENCE) || counted.length >= MOST_WINDOWS
    );
  };
  for (let left = names; left.length > 0; left = left.filter((name) => !isDone(name))) {
    for (const name of left) {
      const { run, messages } = loads[name];
      for (let n = 0; n < TURN && !isDone(name); n++) {
        await run();
        windows[name].push((await server.take()) / messages);
      }
    }
  }
  for (const name of names) loads[name].close();
  return windows;
}

/**
 * @param {string | undefined} workloads comma-separated names; all by default
 * @param {boolean} save writes the figures instead of comparing with them
 * @returns whether nothing costs more than it may
 */
export async function check(workloads, save = false) {
  const names = chosen(workloads, Object.keys(WORKLOADS), 'workload');
  const known = JSON.parse(readFileSync(FIGURES, 'utf8'));
  if (!save && known.platform !== platform)
    throw new Error(`the figures are for ${known.platform}, this is ${platform}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-count-'));
  let child;
  const onSignal = () => {
    child?.kill('SIGTERM');
    process.exit(130);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const server = await startCounted(folder, (started) => (child = started));
    const compared = (name, counted) => compare(known.instructions[name], counted, TOLERANCE);
    const windows = await count(names, (...each) => !save && !compared(...each).tooMuch, server, folder);
    let good = true;
    for (const name of names) {
      const least = Math.min(...windows[name]);
      const { growth, tooMuch } = compared(name, least);
      const verdict = save ? 'saved' : tooMuch ? `TOO MUCH, more than ${percent(TOLERANCE)}` : 'ok';
      const counted = `${thousands(least)} instructions per message in the least of ${windows[name].length} windows`;
      console.log(
        `${name.padEnd(8)} ${counted}, ${percent(growth)} against ${thousands(known.instructions[name])}: ${verdict}`,
      );
      if (save) known.instructions[name] = Math.round(least);
      else if (tooMuch) good = false;
    }
    if (save) writeFileSync(FIGURES, `${JSON.stringify({ ...known, platform }, undefined, 2)}\n`);
    return good;
  } finally {
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
