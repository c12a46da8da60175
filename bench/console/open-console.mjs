// What an open console costs a node with many connections, and how long a page of their list takes.
// node bench/console/open-console.mjs [--connections 10000] [--seconds 60] [--turns 3]; needs a build, Chromium and
// `ulimit -n` above twice the connections. CPU from /proc of the server, in turns with and without an open console.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { freePort, startServer } from '../server-process.mjs';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    turns: { type: 'string', default: '3' },
  },
});
const [CONNECTIONS, SECONDS, TURNS] = [options.connections, options.seconds, options.turns].map(Number);
const ADMIN = { email: 'admin@example.org', password: 'an admin password' };
const ROOMS = 100;
const REQUESTS = 50;
const TICKS_PER_SECOND = 100;

const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-console-'));
const server = await startServer(folder, await freePort(), {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
});
let sockets;
let browser;
try {
  const codes = [];
  for (let i = 0; i < ROOMS; i++) {
    await rooms('', { name: `room-${i}` });
    codes.push((await rooms(`/room-${i}/endpoints`, { permissions: 'readwrite', identity: `display ${i}` })).code);
  }
  const { port } = new URL(server.url);
  sockets = fork(path.join(import.meta.dirname, 'idle-sockets.mjs'), [
    `ws://127.0.0.1:${port}`,
    `${CONNECTIONS}`,
    codes.join(','),
  ]);
  await new Promise((resolve, reject) => {
    sockets.once('message', resolve);
    sockets.once('exit', () => reject(new Error('the sockets ended')));
  });
  const token = (await send('auth/login', ADMIN)).accessToken;
  await pages(token);
  await consoles();
} finally {
  await browser?.close();
  sockets?.kill('SIGKILL');
  // It ends its database.
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function send(route, body) {
  const answer = await fetch(`${server.url}/api/v1/${route}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${route} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

function rooms(where, body) {
  return send(`rooms${where}`, body);
}

async function pages(token) {
  const read = async (query) => {
    const begin = performance.now();
    const answer = await fetch(`${server.url}/api/v1/connections?${query}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const body = await answer.json();
    return { ms: performance.now() - begin, body };
  };
  let far;
  for (let cursor = ''; cursor !== null;) {
    const { body } = await read(`limit=200${cursor && `&cursor=${cursor}`}`);
    far = cursor;
    cursor = body.nextCursor;
  }
  const queries = {
    'first page': 'limit=50',
    '200 rows': 'limit=200',
    'far behind': `limit=50&cursor=${far}`,
    'one room': 'limit=50&room=room-7',
    protocol: 'limit=50&protocol=rooms',
    'words, many': 'limit=50&q=display',
    'words, few': 'limit=50&q=display+99',
    'words, none': 'limit=50&q=nowhere',
    address: 'limit=50&address=127.0.0.1',
    'one principal': 'limit=50&principal=endpoint:1',
  };
  for (const [what, query] of Object.entries(queries)) {
    const times = [];
    const before = cpuSeconds();
    let total;
    for (let i = 0; i < REQUESTS; i++) {
      const { ms, body } = await read(query);
      times.push(ms);
      total = body.total;
    }
    const cpuMs = ((cpuSeconds() - before) * 1000) / REQUESTS;
    times.sort((a, b) => a - b);
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => round(times[Math.floor(part * times.length)]));
    print({ page: what, total, p50, p90, p99, most: round(times.at(-1)), cpuMs: round(cpuMs) });
  }
}

async function consoles() {
  browser = await chromium.launch({
    executablePath: execFileSync('/bin/sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage();
  await page.goto(`${server.url}/console/`);
  await page.getByLabel('Email').fill(ADMIN.email);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.getByRole('table').first().waitFor();
  const shares = { none: [], overview: [], connections: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const what of Object.keys(shares)) {
      if (what === 'none') await page.goto('about:blank');
      else {
        await page.goto(`${server.url}/console/${what === 'overview' ? '' : what}`);
        await page.getByRole('table').first().waitFor();
      }
      await sleep(3_000);
      const before = cpuSeconds();
      await sleep(SECONDS * 1_000);
      shares[what].push(((cpuSeconds() - before) / SECONDS) * 100);
    }
  }
  for (const [what, percents] of Object.entries(shares))
    print({ console: what, percentOfOneCpu: percents.map((percent) => Math.round(percent * 100) / 100) });
}

function cpuSeconds() {
  const fields = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function round(ms) {
  return Math.round(ms * 10) / 10;
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
