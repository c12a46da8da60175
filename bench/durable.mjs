// Shared by the two benches of stored messages: a server of their own, the plain way to compare with, load and its
// figures.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { cpuNanoseconds, databaseSeconds, median } from './cpu-time.mjs';

/** The number of sockets, and of rooms or conversations. */
export const WRITERS = 20;
/** Unacknowledged messages that a writer keeps in flight. */
const WINDOW = 64;
/** A plain backend's connections; twice as many requests are at work. */
const CONNECTIONS = 10;
const root = path.resolve(import.meta.dirname, '..');

/**
 * Starts a server with a database of its own, runs `measure` and removes both.
 * @param {(bench: { url: string, pid: number, pool: pg.Pool, cpu: () => { server: number, database: number } }) => Promise<void>} measure
 *   `cpu` returns the seconds used so far
 */
export async function withServer(env, measure) {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'switchboard-bench-'));
  const server = spawn(process.execPath, [...process.execArgv, path.join(root, 'dist/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: dataDir,
      REST_RATE: '0',
      INBOUND_RATE: '0',
      DRAIN_SECONDS: '1',
      ...env,
    },
  });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  try {
    const url = await listening(server);
    const [pid, , , port] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
    const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
    const pool = new pg.Pool({
      host: '127.0.0.1',
      port: Number(port),
      user: 'postgres',
      password,
      database: 'switchboard',
      max: CONNECTIONS,
    });
    const cpu = () => ({ server: cpuNanoseconds(server.pid) / 1e9, database: databaseSeconds(Number(pid)) });
    await measure({ url, pid: server.pid, pool, cpu });
    await pool.end();
  } finally {
    server.kill('SIGTERM');
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 15_000))]);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function listening(server) {
  return new Promise((resolve, reject) => {
    let output = '';
    server.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /Listening on (http:\S+?)"/.exec(output);
      if (!found) return;
      server.stdout.removeAllListeners('data').resume();
      resolve(found[1]);
    });
    server.once('exit', () => reject(new Error(output)));
  });
}

/**
 * The plain way: one row, one transaction. `insert` gets the number of the writer.
 * @param {(writer: number) => Promise<unknown>} insert
 */
export async function oneByOne(seconds, insert) {
  const latencies = [];
  const until = Date.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: CONNECTIONS * 2 }, async (_each, i) => {
      while (Date.now() < until) {
        const began = performance.now();
        await insert(i % WRITERS);
        latencies.push(performance.now() - began);
      }
    }),
  );
  return summary(latencies, seconds);
}

/**
 * @typedef {object} Writer
 * @property {(due?: number) => void} say sends a message, which names when it was due, in milliseconds since the epoch
 * @property {(heard: (error?: Error) => void) => void} listen `heard` is called with each answer, in message order
 * @property {() => void} close
 */

/** Writers that keep `window` messages in flight each. */
export async function closedLoop(seconds, writers, window = WINDOW) {
  const latencies = [];
  const until = Date.now() + seconds * 1_000;
  await Promise.all(
    writers.map(
      (writer) =>
        new Promise((resolve, reject) => {
          const began = [];
          const say = () => {
            began.push(performance.now());
            writer.say();
          };
          writer.listen((error) => {
            if (error) return reject(error);
            latencies.push(performance.now() - began.shift());
            if (Date.now() < until) say();
            else if (began.length === 0) resolve();
          });
          for (let n = 0; n < window; n++) say();
        }),
    ),
  );
  for (const writer of writers) writer.close();
  return summary(latencies, seconds);
}

/** 20 characters that a message begins with: when it was due, if that is known. */
export const mark = (due) => (due === undefined ? '' : due.toFixed(3)).padEnd(20, 'x');

/** Messages at a fixed rate, whatever the answers; latencies count from when a message was due. */
export async function openLoop(seconds, writers, rate) {
  const latencies = [];
  const lags = [];
  const due = writers.map(() => []);
  const failed = new Promise((_resolve, reject) => {
    for (const [i, writer] of writers.entries()) {
      writer.listen((error) => (error ? reject(error) : latencies.push(performance.now() - due[i].shift())));
    }
  });
  const start = performance.now();
  let said = 0;
  const speak = async () => {
    while (said < rate * seconds) {
      const now = performance.now();
      for (; said < rate * seconds && start + (said / rate) * 1_000 <= now; said++) {
        const dueAt = start + (said / rate) * 1_000;
        due[said % writers.length].push(dueAt);
        lags.push(now - dueAt);
        writers[said % writers.length].say(performance.timeOrigin + dueAt);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (let n = 0; n < 1_000 && latencies.length < said; n++) await new Promise((resolve) => setTimeout(resolve, 10));
    if (latencies.length < said) throw new Error(`${said - latencies.length} messages were not answered`);
  };
  await Promise.race([speak(), failed]);
  for (const writer of writers) writer.close();
  return { ...summary(latencies, seconds), driverLag: summary(lags, seconds).p99 };
}

/** Only `openLoop` at `rate`, a few turns of each way, with the CPU of each. */
export async function atRate(seconds, turns, rate, ways, cpu) {
  for (let turn = 0; turn < turns; turn++) {
    for (const [way, writers] of Object.entries(ways)) {
      const before = cpu();
      const result = await openLoop(seconds, await writers(), rate);
      console.log(
        JSON.stringify({ turn, way, ...result, cpuMicrosecondsPerMessage: spent(before, cpu(), result.count) }),
      );
      // Lets what watches the server tell the turns apart.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** CPU microseconds per message. */
function spent(before, after, count) {
  const micro = (name) => Number((((after[name] - before[name]) * 1e6) / count).toFixed(1));
  return { server: micro('server'), database: micro('database') };
}

/**
 * Measures the ways in turns, and prints each turn. At the end it prints how each compares with `plain` of the same
 * turn: the median of the rates, and of the messages per CPU-second of server and database together.
 * @param {Record<string, () => Promise<{ rate: number }>>} ways including `plain`
 * @returns the median rate of each
 */
export async function compare(turns, ways, cpu) {
  const names = Object.keys(ways);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  // Cold code and an empty database say nothing.
  for (const name of names) await ways[name]();
  for (let turn = 0; turn < turns; turn++) {
    for (const name of names) {
      const before = cpu();
      const own = process.cpuUsage();
      const result = await ways[name]();
      const after = cpu();
      const { user, system } = process.cpuUsage(own);
      const cpuMicrosecondsPerMessage = {
        ...spent(before, after, result.count),
        driver: Number(((user + system) / result.count).toFixed(1)),
      };
      results[name].push(result);
      console.log(JSON.stringify({ turn, way: name, ...result, cpuMicrosecondsPerMessage }));
    }
  }
  const ratio = (name, of) =>
    Number(median(results[name].map((each, turn) => of(each) / of(results.plain[turn]))).toFixed(2));
  for (const name of names.filter((each) => each !== 'plain')) {
    console.log(JSON.stringify({ way: name, timesPlain: ratio(name, ({ rate }) => rate) }));
  }
  return Object.fromEntries(names.map((name) => [name, median(results[name].map(({ rate }) => rate))]));
}

function summary(latencies, seconds) {
  latencies.sort((a, b) => a - b);
  const at = (share) => Number(latencies[Math.floor(latencies.length * share)]?.toFixed(1));
  return { count: latencies.length, rate: Math.round(latencies.length / seconds), p50: at(0.5), p99: at(0.99) };
}
