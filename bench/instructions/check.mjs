// Counts the server's instructions per message and compares them with the figures in figures.json.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chosen } from '../compare/statistics.mjs';
import { startCounted } from './callgrind.mjs';
import { compare, summary } from './figures.mjs';
import { open, WORKLOADS } from './workloads.mjs';

const FIGURES = path.join(import.meta.dirname, 'figures.json');
const TOLERANCE = 0.15;
const TURNS = 2;
/** For workloads that seem to cost too much: V8 is sometimes slow to return to its best code. */
const MOST_TURNS = 4;
/** Runs until V8 has compiled everything: the same for every workload, since they share code. */
const WARM_UPS = 60;
const WARM_UPS_AGAIN = 20;

/** What the figures depend on besides the code. */
const platform = `node ${process.versions.node.split('.')[0]}, ${process.platform} ${process.arch}`;
const thousands = (count) => Math.round(count).toLocaleString('en');
const percent = (share) => `${(share * 100).toFixed(1)} %`;

/**
 * @param {(name: string, turns: number[]) => boolean} seemsTooMuch whether to count again
 * @returns instructions per message in each turn, by workload
 */
async function count(names, seemsTooMuch, server, folder) {
  const loads = {};
  for (const name of names) loads[name] = await open(name, { ...server, folder });
  const warmUp = async (name, times) => {
    for (let n = 0; n < times; n++) await loads[name].run();
  };
  for (let n = 0; n < WARM_UPS; n++) for (const name of names) await warmUp(name, 1);
  const turns = Object.fromEntries(names.map((name) => [name, []]));
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    for (const name of names.filter((each) => turn < TURNS || seemsTooMuch(each, turns[each]))) {
      // The previous workload may have made V8 discard code compiled for this one.
      await warmUp(name, WARM_UPS_AGAIN);
      turns[name].push((await server.count(loads[name].run)) / loads[name].messages);
    }
  }
  for (const name of names) loads[name].close();
  return turns;
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
    const compared = (name, turns) => compare(known.instructions[name], summary(turns).least, TOLERANCE);
    const turns = await count(names, (...each) => !save && compared(...each).tooMuch, server, folder);
    let good = true;
    for (const name of names) {
      const { least, spread } = summary(turns[name]);
      const { growth, tooMuch } = compared(name, turns[name]);
      const verdict = save ? 'saved' : tooMuch ? `TOO MUCH, more than ${percent(TOLERANCE)}` : 'ok';
      const counted = `${thousands(least)} instructions per message (+${percent(spread)} in the worst of ${turns[name].length} turns)`;
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
