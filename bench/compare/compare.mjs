// Runs all peers through all workloads, in rounds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { measure } from './measure.mjs';
import { PEERS, YARDSTICK } from './peers.mjs';
import { stopAll } from './processes.mjs';
import { report } from './report.mjs';
import { ROOT, setUp } from './setup.mjs';
import { chosen, median } from './statistics.mjs';
import { workloads } from './workloads.mjs';

/** Reversed every other round, so that a drift of the machine does not always affect the same peer. */
const inOrder = (list, round) => (round % 2 === 0 ? list : [...list].reverse());

/** Quoted for a shell. */
const line = (words) => words.map((word) => (/^[\w%./:=,+-]+$/.test(word) ? word : `'${word}'`)).join(' ');

function summary(row) {
  if (row.error) return row.error.split('\n')[0];
  if (row.capacity) return `${median(row.capacity).toFixed(2)} of the yardstick, ${row.lost} lost`;
  return `${row.conns} connections, ${row.lost} lost`;
}

/** @param {{ workloads?: string, peers?: string, rounds: number, duration: number, connections: number }} options */
export async function compare(options) {
  const all = workloads(options.connections);
  const names = chosen(options.workloads, Object.keys(all), 'workload');
  const chosenPeers = chosen(
    options.peers,
    [YARDSTICK, ...PEERS].map(({ name }) => name),
    'peer',
  );
  const missing = setUp(chosenPeers);
  for (const [name, reason] of missing) console.log(`Without ${name}: ${reason}`);
  const peers = [YARDSTICK, ...PEERS].filter(({ name }) => chosenPeers.includes(name) && !missing.has(name));

  const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-bench-'));
  const rows = [];
  const onSignal = () => void stopAll().then(() => process.exit(130));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const workload of names) {
        const { kind, shape } = all[workload];
        // Comparing the yardstick with itself says nothing.
        const able = peers.filter((peer) => peer.url[shape] && (kind !== 'paired' || peer.name !== YARDSTICK.name));
        for (const peer of inOrder(able, round)) {
          const place = path.join(folder, `${round}-${workload}-${peer.name}`);
          const row = { round, workload, kind, peer: peer.name };
          try {
            Object.assign(row, await measure(peer, all[workload], options.duration, place));
          } catch (error) {
            row.error = error.message.trim();
            process.exitCode = 1;
          }
          rows.push(row);
          console.error(`round ${round + 1}, ${workload}, ${peer.name}: ${summary(row)}`);
        }
      }
    }
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const machine = `${os.cpus()[0].model} × ${os.cpus().length}, ${os.type()} ${os.release()}, node ${process.version}`;
  const date = new Date().toISOString();
  console.log(`${machine}, ${date}\n\n${report(rows)}\n\nCommands of the first round:`);
  for (const { round, workload, peer, commands } of rows) {
    if (round > 0 || !commands) continue;
    console.log(`${peer} ${workload}\n  ${line(commands.server)}\n  ${line(commands.driver)}`);
  }
  const file = path.join(ROOT, 'reports/bench.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ date, machine, options, rows }, undefined, 1));
  console.log(`\nAll figures: ${path.relative(process.cwd(), file)}`);
}
