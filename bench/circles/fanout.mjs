// What one conversation of 100 and of 1,000 sockets can carry, and the latency of a message at half of that (open loop,
// counted from when it was due): drives `wsload` with the peers of peer.json against servers of its own.
// node bench/circles/fanout.mjs [seconds] [writing|conversation]; needs a build. One line of JSON per measurement.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { compiled } from '../compare/setup.mjs';
import { freePort } from '../server-process.mjs';

const run = promisify(execFile);
const SECONDS = process.argv[2] ?? '4';
const root = path.resolve(import.meta.dirname, '../..');
const wsload = compiled('wsload');
const peers = JSON.parse(readFileSync(path.join(import.meta.dirname, 'peer.json'), 'utf8'));

/** Starts the server of `peer`, with accounts for `connections` sockets in one conversation. */
async function start(peer, connections) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-fanout-'));
  const port = await freePort();
  const fill = (text) => text.replaceAll('{dir}', folder).replaceAll('{port}', port).replaceAll('{repo}', root);
  const own = Object.fromEntries(Object.entries(peer.env).map(([name, value]) => [name, fill(value)]));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...own, DRAIN_SECONDS: '1', LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, [path.join(root, 'dist/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes('Listening on ')) resolve();
    });
    child.once('exit', () => reject(new Error(output)));
  });
  const accounts = { BENCH_PORT: port, BENCH_DIR: folder, BENCH_CONNS: connections, BENCH_GROUP: connections };
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'prepare.mjs')], {
    env: { ...env, ...accounts, BENCH_REPO: root },
    stdio: 'inherit',
  });
  const drive = async (more) => {
    const common = ['--url', fill(peer.url.room), '--conns', connections, '--group', connections, '--pid', child.pid];
    const flow = ['--self', 1, '--warmup', 1, '--duration', SECONDS, ...peer.args.map(fill), ...more];
    const { stdout } = await run(wsload, [...common, ...flow].map(String), { maxBuffer: 1 << 24 });
    return JSON.parse(stdout.trim().split('\n').at(-1));
  };
  const stop = async () => {
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { drive, stop };
}

const milliseconds = ({ p50, p99, max }) => ({ p50: p50 / 1_000, p99: p99 / 1_000, max: max / 1_000 });

for (const peer of peers.filter(({ name }) => name.endsWith(process.argv[3] ?? ''))) {
  for (const [connections, writers, window] of [
    [100, 4, 8],
    [1_000, 2, 2],
  ]) {
    const server = await start(peer, connections);
    try {
      const full = await server.drive(['--pubs', writers, '--window', window]);
      const messages = Math.floor(full.msgs_per_s);
      const rate = Math.max(1, Math.floor(messages / 2 / writers));
      const half = await server.drive(['--pubs', writers, '--rate', rate]);
      console.log(
        JSON.stringify({
          peer: peer.name,
          sockets: connections,
          messagesPerSecond: messages,
          deliveriesPerSecond: Math.round(full.deliveries_per_s),
          cpuSecondsPerMillion: full.cpu_s_per_M,
          lost: full.lost + half.lost,
          atHalf: {
            messagesPerSecond: rate * writers,
            ...milliseconds(half.lat_us),
            driverLag: half.drv_lag_us / 1_000,
          },
        }),
      );
    } finally {
      await server.stop();
    }
  }
}
