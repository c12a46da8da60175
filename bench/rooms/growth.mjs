// Cost per delivery as rooms and readers grow, and rates of connecting: drives `wsload` against a server of its own.
// node bench/rooms/growth.mjs [other-server-url]; needs a build. Prints one line of JSON per measurement.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compiled } from '../compare/setup.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-growth-'));
const wsload = compiled('wsload');

const server = spawn('taskset', ['-c', '0', process.execPath, path.join(root, 'dist/src/main.js')], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: path.join(folder, 'data'),
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

/** Codes for `connections` connections in groups, as made by `prepare.mjs`. */
function provision(connections, group) {
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'prepare.mjs')], {
    env: {
      ...process.env,
      BENCH_PORT: new URL(url).port,
      BENCH_DIR: folder,
      BENCH_CONNS: String(connections),
      BENCH_GROUP: String(group),
      BENCH_SHAPE: 'room',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function drive(name, connections, group, more) {
  const output = execFileSync(
    'taskset',
    [
      '-c',
      '1',
      wsload,
      '--url',
      `${url.replace('http', 'ws')}/ws/endpoint/%{code}/`,
      '--list',
      `code=${path.join(folder, 'codes')}`,
      '--conns',
      String(connections),
      '--group',
      String(group),
      '--pid',
      String(server.pid),
      '--core',
      '0',
      '--msg',
      '{"message":{"t":%T,"p":"%P"}}',
      ...more,
    ],
    { encoding: 'utf8' },
  );
  const result = JSON.parse(output.trim().split('\n').at(-1));
  console.log(JSON.stringify({ name, connections, group, ...result }));
}

const flow = ['--self', '1', '--pubs', '1', '--window', '4', '--warmup', '1', '--duration', '4'];
try {
  for (const readers of [10, 100, 1_000, 10_000]) {
    provision(readers, readers);
    drive('readers', readers, readers, flow);
  }
  for (const rooms of [10, 100, 1_000, 5_000]) {
    provision(rooms * 2, 2);
    drive('rooms of 2', rooms * 2, 2, [...flow.slice(0, 4), '--window', '1', ...flow.slice(6)]);
  }
  drive('connects', 5_000, 50, ['--idle', '--hold', '1']);
} finally {
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
