// Does anything grow? An hour of moderate mixed load on a server of its own, which is sampled once a minute.
// node bench/soak.mjs [minutes]; needs a build. Prints one line of JSON per sample, then a table; exits with 1 if something
// grew. Linux only.
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cpuNanoseconds, databaseSeconds, residentBytes } from './cpu-time.mjs';
import { look, snapshot, startWatched } from './live-memory.mjs';
import { populate, seen } from './soak/actors.mjs';
import { heapTypes } from './soak/heap-types.mjs';

const MINUTES = Number(process.argv[2] ?? 60);
/** The share of the time, at the end, during which nothing may grow. */
const COUNTS = 0.75;
const ADMIN = { email: 'admin@example.org', password: 'for this run only' };
const MIB = 2 ** 20;
/** What may not grow, and the growth an hour that is tolerated beyond twice the error of its slope. */
const ALLOWED = { descriptors: 3, handles: 3 };
/** The same for data in the heap. As a whole the heap grows for hours, because V8 compiles what is called rarely. */
const ALLOWED_DATA_MIB = 1;

const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-soak-'));
const { child, port } = await startWatched(folder, {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  IOTA_ACCESS: 'open',
  KEYLESS_APPLICATION: 'soak',
  INBOUND_RATE: '0',
  SECRET_KEY: 'for this run only, and long enough',
});
const http = `http://127.0.0.1:${port}`;
const [postmaster, , , databasePort] = readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n');
const database = new pg.Client({
  host: '127.0.0.1',
  port: Number(databasePort),
  user: 'postgres',
  password: readFileSync(path.join(folder, 'postgres-password'), 'utf8').trim(),
  database: 'switchboard',
});

/** The sum of a metric over its labels. */
function total(metrics, name) {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce((sum, [, n]) => sum + +n, 0);
}

async function sample() {
  const metrics = await (await fetch(`${http}/metrics`)).text();
  const { rows } = await database.query(
    `SELECT count(*)::int AS open FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  const { heapUsed, bytes, handles, p99Ms, longestMs } = await look(child);
  const round = (n) => Number(n.toFixed(2));
  return {
    heapMiB: round(heapUsed / MIB),
    externalMiB: round((bytes - heapUsed) / MIB),
    rssMiB: round(residentBytes(child.pid) / MIB),
    descriptors: readdirSync(`/proc/${child.pid}/fd`).length,
    handles,
    databaseConnections: rows[0].open,
    connections: total(metrics, 'switchboard_connections'),
    waitingBytes: total(metrics, 'switchboard_outbound_queue_bytes'),
    delayP99Ms: round(p99Ms),
    delayMaxMs: longestMs,
  };
}

/** Least squares: the gain in an hour, and its standard error. */
function slope(values, hours) {
  const mean = (list) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const [x, y] = [mean(hours), mean(values)];
  const spread = hours.reduce((sum, hour) => sum + (hour - x) ** 2, 0);
  const perHour = hours.reduce((sum, hour, n) => sum + (hour - x) * (values[n] - y), 0) / spread;
  const rest = hours.reduce((sum, hour, n) => sum + (values[n] - y - perHour * (hour - x)) ** 2, 0);
  return { mean: y, perHour, error: Math.sqrt(rest / (hours.length - 2) / spread) };
}

function report(samples) {
  const counted = samples.slice(-Math.ceil(MINUTES * COUNTS));
  const hours = counted.map(({ minute }) => minute / 60);
  const table = {};
  const grown = [];
  for (const name of Object.keys(counted[0]).slice(1)) {
    const values = counted.map((each) => each[name]);
    const { mean, perHour, error } = slope(values, hours);
    if (perHour - 2 * error > ALLOWED[name]) grown.push(name);
    const [first, mean_, last] = [values[0], mean, values.at(-1)].map((n) => Number(n.toFixed(2)));
    table[name] = { first, mean: mean_, last, 'per hour': Number(perHour.toFixed(2)), '±': Number(error.toFixed(2)) };
  }
  console.table(table);
  return grown;
}

const heaps = [];
async function noteHeap(minute) {
  const file = path.join(folder, `${minute}.heapsnapshot`);
  await snapshot(child, file);
  heaps.push({ minute, ...heapTypes(file) });
  rmSync(file);
}

/** @returns MiB an hour between the two snapshots */
function heapGrowth() {
  const [first, last] = heaps;
  const perHour = (name) => (((last[name] - first[name]) / MIB) * 60) / (last.minute - first.minute);
  console.log(
    `Heap, MiB an hour: data ${perHour('data').toFixed(2)}, code and the like ${perHour('other').toFixed(2)}`,
  );
  return perHour('data');
}

let grown = ['the server ended'];
try {
  await database.connect();
  const end = await populate({ http, admin: ADMIN });
  const samples = [];
  const used = () => ({
    server: cpuNanoseconds(child.pid) / 1e9,
    database: databaseSeconds(Number(postmaster)),
    driver: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  });
  const [began, before] = [performance.now(), used()];
  for (let minute = 1; minute <= MINUTES && child.exitCode === null; minute++) {
    await sleep(began + minute * 60_000 - performance.now());
    samples.push({ minute, ...(await sample()) });
    console.log(JSON.stringify({ ...samples.at(-1), ...seen }));
    if (minute === Math.ceil(MINUTES * (1 - COUNTS)) || minute === MINUTES) await noteHeap(minute);
  }
  const after = used();
  const share = (name) => ((after[name] - before[name]) / (MINUTES * 60)) * 100;
  console.log(
    `Percent of a core: server ${share('server').toFixed(1)}, database ${share('database').toFixed(1)}, clients ${share('driver').toFixed(1)}`,
  );
  if (samples.length === MINUTES) {
    grown = report(samples);
    if (heapGrowth() > ALLOWED_DATA_MIB) grown.push('data in the heap');
  }
  await end();
} finally {
  await database.end();
  const ended = once(child, 'exit');
  if (child.kill()) await ended;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
if (seen.gaps > 0) grown.push('gaps');
console.log(grown.length === 0 ? 'Nothing grew.' : `Grew, or went wrong: ${grown.join(', ')}`);
process.exit(grown.length === 0 ? 0 : 1);
