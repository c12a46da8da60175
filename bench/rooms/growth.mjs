// CPU per delivery as readers, rooms, connections, messages and histories grow: drives `wsload` against a server of its
// own. node bench/rooms/growth.mjs [seconds of each]; needs a build. Prints a line of JSON per measurement and writes them
// to reports/growth.json, from which plots.mjs draws.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { median } from '../cpu-time.mjs';
import { compiled } from '../compare/setup.mjs';

const SECONDS = process.argv[2] ?? '2';
const TURNS = 3;
/** Members of a room, unless their number is what grows. */
const GROUP = 50;
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-growth-'));
const dataDir = path.join(folder, 'data');
const wsload = compiled('wsload');

const server = spawn('taskset', ['-c', '0', process.execPath, path.join(root, 'dist/src/main.js')], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    KEYLESS_APPLICATION: 'bench',
    REST_RATE: '0',
    INBOUND_RATE: '0',
    DRAIN_SECONDS: '1',
  },
});
const url = await new Promise((resolve, reject) => {
  let output = '';
  server.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    const found = /Listening on (http:\S+?)"/.exec(output);
    if (found) resolve(found[1]);
  });
  server.once('exit', () => reject(new Error(output)));
});

/** Codes for `connections` connections in groups, made by `prepare.mjs`. */
function provision(connections, group, durable = false) {
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'prepare.mjs')], {
    env: {
      ...process.env,
      BENCH_PORT: new URL(url).port,
      BENCH_DIR: folder,
      BENCH_CONNS: String(connections),
      BENCH_GROUP: String(group),
      BENCH_SHAPE: 'room',
      BENCH_DURABLE: durable ? '1' : '0',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

const common = (connections, group) => [
  wsload,
  '--url',
  `${url.replace('http', 'ws')}/ws/endpoint/%{code}/`,
  '--list',
  `code=${path.join(folder, 'codes')}`,
  '--conns',
  String(connections),
  '--group',
  String(group),
  '--msg',
  '{"message":{"t":%T,"p":"%P"}}',
];
const onOtherCore = (args, run = execFileSync) => run('taskset', ['-c', '1', ...args], { encoding: 'utf8' });

/** Processes of the server and of its database. */
function processes() {
  const [postmaster] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  const isChild = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1] === postmaster;
    } catch {
      return false;
    }
  };
  return [server.pid, ...readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isChild(name))];
}

const figures = [];

/** Microseconds of CPU per delivery; the median of some turns. */
function drive(name, x, { connections, group, window = 4, more = [] }) {
  const flow = [
    '--self',
    '1',
    '--pubs',
    '1',
    '--window',
    String(window),
    '--warmup',
    '1',
    '--duration',
    SECONDS,
    ...more,
  ];
  const turns = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const output = onOtherCore([...common(connections, group), ...flow, '--pid', processes().join(','), '--core', '0']);
    turns.push(JSON.parse(output.trim().split('\n').at(-1)));
  }
  const microseconds = Number(median(turns.map(({ cpu_s_per_M }) => cpu_s_per_M)).toFixed(2));
  const lost = turns.reduce((sum, turn) => sum + turn.lost, 0);
  figures.push({ name, x, microseconds, lost });
  console.log(JSON.stringify(figures.at(-1)));
}

/** Runs `work` beside `idle` connections that send nothing. */
async function beside(idle, work) {
  if (idle === 0) return work();
  provision(idle, GROUP);
  const holding = onOtherCore([...common(idle, GROUP), '--idle', '--hold', '300'], spawn);
  try {
    while ((await connections()) < idle) await sleep(100);
    await work();
  } finally {
    holding.kill();
    await once(holding, 'exit');
  }
}

async function connections() {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^switchboard_connections\{protocol="rooms"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

/** Gives the newest room as many stored messages, as if they had been sent. */
async function store(messages) {
  const [, , , port] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
  const database = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'switchboard' });
  await database.connect();
  const {
    rows: [{ room }],
  } = await database.query('SELECT max(room_id) AS room FROM room_heads');
  await database.query(
    `INSERT INTO room_messages (room_id, "offset", sent_at, identity, message)
     SELECT $1, n, now(), 'bench', '"history"' FROM generate_series(1, $2::int) n`,
    [room, messages],
  );
  await database.query('UPDATE room_heads SET last_offset = $2 WHERE room_id = $1', [room, messages]);
  await database.query('VACUUM ANALYZE room_messages');
  await database.end();
}

try {
  for (const readers of [10, 100, 1_000, 10_000]) {
    provision(readers, readers);
    drive('readers', readers, { connections: readers, group: readers });
  }
  for (const rooms of [10, 100, 1_000, 5_000]) {
    provision(rooms * 2, 2);
    drive('rooms', rooms, { connections: rooms * 2, group: 2, window: 1 });
  }
  for (const idle of [0, 100, 1_000, 10_000]) {
    await beside(idle, () => {
      provision(GROUP, GROUP);
      drive('connections', idle, { connections: GROUP, group: GROUP });
    });
  }
  provision(GROUP, GROUP);
  for (const size of [64, 256, 1_024, 4_096, 16_000]) {
    drive('size', size, { connections: GROUP, group: GROUP, more: ['--size', String(size)] });
  }
  // Each in its own room, which already has that many.
  for (const messages of [1_000, 10_000, 100_000, 1_000_000]) {
    provision(GROUP, GROUP, true);
    await store(messages);
    drive('history', messages, { connections: GROUP, group: GROUP });
  }
  mkdirSync(path.join(root, 'reports'), { recursive: true });
  writeFileSync(path.join(root, 'reports/growth.json'), JSON.stringify(figures, null, 2));
} finally {
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
