// How long until a screen of the console shows real data, with a slow network and a slow processor.
// node bench/console/first-data.mjs [--network fast3g|slow4g] [--rounds 3] [--cpu 4] [--screens Rooms,Nodes]; needs a
// build and Chromium. Prints milliseconds, and how many consecutive requests the first data took.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { freePort, startServer } from '../server-process.mjs';

const { values: options } = parseArgs({
  options: {
    network: { type: 'string', default: 'fast3g' },
    rounds: { type: 'string', default: '3' },
    cpu: { type: 'string', default: '4' },
    screens: { type: 'string' },
  },
});
const ROUNDS = Number(options.rounds);
/** Bytes per second, and milliseconds that each request waits. */
const NETWORKS = {
  // As in DevTools.
  fast3g: { downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9, latency: 150 * 3.75 },
  // The round trip that Lighthouse simulates.
  slow4g: { downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8, latency: 150 },
};
const ADMIN = { email: 'admin@example.org', password: 'an admin password' };
const ALL = {
  Overview: '/',
  Connections: '/connections',
  Services: '/services',
  Rooms: '/rooms',
  Circles: '/circles',
  Calls: '/calls',
  'Home servers': '/home-servers',
  Accounts: '/accounts',
  Revocations: '/revocations',
  'Audit log': '/audit',
  Nodes: '/nodes',
  Settings: '/settings',
  API: '/api',
};

const wanted = options.screens?.split(',') ?? Object.keys(ALL);
const SCREENS = Object.fromEntries(Object.entries(ALL).filter(([name]) => wanted.includes(name)));

/** Runs in the page: records when the first row, fact or empty state of the wanted screen appears. */
const WATCH = `(() => {
  const look = () => {
    if (window.usefulAt !== undefined) return;
    const title = document.querySelector('main h1')?.textContent;
    if (title === undefined || (window.wanted ?? title) !== title) return;
    if (document.querySelector('main :is(tbody tr, dl dd, [class*=empty], input[type=email])')) window.usefulAt = performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'switchboard-console-'));
const server = await startServer(folder, await freePort(), {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
});
const browser = await chromium.launch({
  executablePath: execFileSync('/bin/sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  const login = await populate();
  const cold = [];
  const signIns = [];
  const reloads = Object.fromEntries(Object.keys(SCREENS).map((name) => [name, []]));
  const changes = Object.fromEntries(Object.keys(SCREENS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    signIns.push(await measure(await freshPage(undefined), (page) => page.goto(`${server.url}/console/`)));
    cold.push(await measure(await freshPage(login), (page) => page.goto(`${server.url}/console/connections`)));
    const page = await freshPage(login);
    for (const [name, address] of Object.entries(SCREENS)) {
      await page.goto(`${server.url}/console${address}`);
      await useful(page);
      reloads[name].push(await measure(page, () => page.reload()));
    }
    await page.goto(`${server.url}/console/settings`);
    // The rest of the console is loaded after the first screen.
    await page.waitForTimeout(5_000);
    for (const name of Object.keys(SCREENS)) changes[name].push(await measure(page, () => change(page, name)));
    await page.context().close();
  }
  print('the form to sign in, nothing cached', signIns);
  print('Connections, signed in, nothing cached', cold);
  for (const name of Object.keys(SCREENS)) print(`${name}, loaded again`, reloads[name]);
  for (const name of Object.keys(SCREENS)) print(`${name}, from another screen`, changes[name]);
} finally {
  await browser.close();
  // It ends its database.
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

/** Creates something in every list that can be filled over REST. @returns what the console stores of a login */
async function populate() {
  const call = async (method, route, body, token) => {
    const answer = await fetch(`${server.url}/api/v1/${route}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${route} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const login = await call('POST', 'auth/login', ADMIN);
  const make = (route, body) => call('POST', route, body, login.accessToken);
  for (let i = 0; i < 60; i++) {
    await make('services', { title: `Service ${i}` });
    await make('applications', { name: `Application ${i}` });
  }
  await make('circles', { name: 'Family' });
  await make('omikron/iotas', { name: 'Home' });
  const { id } = await make('accounts', {
    email: `${randomUUID()}@example.org`,
    firstName: 'Ada',
    lastName: 'L',
  }).catch(() => ({ id: undefined }));
  if (id !== undefined) await make('revocations', { user: id });
  return JSON.stringify(login);
}

async function freshPage(login) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(WATCH);
  if (login !== undefined)
    await context.addInitScript(`localStorage['switchboard.login'] ??= ${JSON.stringify(login)}`);
  return context.newPage();
}

async function change(page, name) {
  await page.evaluate(
    `window.usefulAt = undefined; window.wanted = ${JSON.stringify(name)}; performance.mark('begin');
     [...document.querySelectorAll('nav a')].find((link) => link.textContent === window.wanted).click();`,
  );
}

/** Evaluated by the debugger, since the page's own policy forbids it. */
async function useful(page) {
  while (!(await page.evaluate('window.usefulAt !== undefined'))) await sleep(50);
}

/** @returns milliseconds until the first data, and the number of consecutive requests until then */
async function measure(page, act) {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Network.enable');
  await debug.send('Network.emulateNetworkConditions', { offline: false, ...NETWORKS[options.network] });
  await debug.send('Emulation.setCPUThrottlingRate', { rate: Number(options.cpu) });
  await act(page);
  await useful(page);
  const [usefulAt, begin, loads] = await page.evaluate(
    `[window.usefulAt, performance.getEntriesByName('begin').at(-1)?.startTime ?? 0,
      performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .map(({ startTime, requestStart, responseEnd, transferSize }) => ({ startTime, requestStart, responseEnd, transferSize }))]`,
  );
  await debug.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await debug.detach();
  const asked = loads.filter(
    ({ startTime, responseEnd, transferSize }) => startTime >= begin && responseEnd <= usefulAt && transferSize > 0,
  );
  return {
    ms: Math.round(usefulAt - begin),
    inTurn: chainOf(asked),
    kB: sum(asked.map((load) => load.transferSize)) / 1000,
  };
}

/** The longest chain of requests that each began after the previous one had ended. */
function chainOf(loads) {
  let [length, end] = [0, -1];
  for (const { startTime, responseEnd } of loads.sort((a, b) => a.responseEnd - b.responseEnd)) {
    if (startTime < end) continue;
    length++;
    end = responseEnd;
  }
  return length;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function print(what, rounds) {
  const ms = rounds.map((round) => round.ms).sort((a, b) => a - b);
  const { inTurn, kB } = rounds.at(-1);
  const line = {
    what,
    least: ms[0],
    median: ms[Math.floor(ms.length / 2)],
    most: ms.at(-1),
    inTurn,
    kB: Math.round(kB),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
