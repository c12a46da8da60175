import { Switchboard } from '@switchboard/client/rest';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Report } from '../../src/cli/stress/report.js';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { ADMIN, ADMIN_ENV } from '../support/api.js';
import { type Lie, LyingProxy } from '../support/lying-proxy.js';
import { cleanUpProcesses, newDataDir, type ServerProcess, startProcess } from '../support/process.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SCRIPT = path.join(ROOT, 'dist/src/cli/stress.js');
const SMALL = ['--duration', '4', '--clients', '12', '--rate', '50'];

interface Played {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function stress(...args: string[]): Promise<Played> {
  const env = { PATH: process.env['PATH'], ...ADMIN_ENV };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT, ...args], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

const reportOf = ({ stdout, stderr }: Played): Report => {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as Report;
};

describe('npm run stress', () => {
  let env: Record<string, string>;
  let dataDir: string;
  let server: ServerProcess;
  let url: string;
  const proxies: LyingProxy[] = [];

  beforeAll(async () => {
    env = { ...ADMIN_ENV, PORT: String(await freePort()) };
    dataDir = await newDataDir();
    server = await startProcess(env, { dataDir });
    url = await server.url;
  }, 300_000);
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await cleanUpProcesses();
  });

  const through = async (lie: Lie): Promise<string> => {
    const proxy = new LyingProxy(url, lie);
    proxies.push(proxy);
    return proxy.open();
  };
  /** What a client hears that listens to a room of the tool. */
  const isMessage = (frame: string): boolean => frame.startsWith('{"message"');

  it('reports a healthy server as healthy, and leaves nothing behind', async () => {
    const played = await stress('--url', url, ...SMALL, '--seed', 'e2e', '--json');
    const report = reportOf(played);
    expect(report.violations).toEqual([]);
    expect(report).toMatchObject({ schema: 'switchboard-stress/1', ok: true, seed: 'e2e', kills: [] });
    expect(report.counts.acknowledged).toBeGreaterThan(200);
    expect(report.comebackMs.count).toBeGreaterThan(0);
    expect(report.memoryBytes?.before).toBeGreaterThan(1_000_000);
    expect(played.code).toBe(0);
    const plan = await stress('--url', url, ...SMALL, '--seed', 'e2e', '--plan');
    expect(JSON.parse(plan.stdout)).toMatchObject({ digest: report.digest });
    const sdk = new Switchboard({ url });
    await sdk.signIn(ADMIN);
    expect(await sdk.applications.list()).toMatchObject({ items: [] });
  }, 60_000);

  it.concurrent(
    'reports every member that its document describes, and describes every member',
    async () => {
      const text = readFileSync(path.join(ROOT, 'docs/stress.md'), 'utf8');
      const described = [...text.slice(text.indexOf('## The report')).matchAll(/^\| `(\w+)`/gm)].map(
        ([, name]) => name,
      );
      const { stdout } = await stress(
        '--url',
        url,
        '--duration',
        '1',
        '--clients',
        '4',
        '--scenarios',
        'bursts',
        '--json',
      );
      expect(Object.keys(JSON.parse(stdout) as object).sort()).toEqual(described.sort());
    },
    60_000,
  );

  it.concurrent.each<[string, Lie, RegExp]>([
    ['repeats a message', (frame, n) => (n === 20 && isMessage(frame) ? [frame, frame] : [frame]), /duplicate/],
    ['loses a message', (frame, n) => (n === 20 && isMessage(frame) ? [] : [frame]), /gap/],
    ['changes a message', (frame, n) => [n === 20 ? frame.replace(/("message":"\w+:\d+:)/, '$1!') : frame], /altered/],
  ])(
    'finds a server that %s',
    async (_what, lie, expected) => {
      const only = ['--scenarios', 'bursts', '--duration', '2', '--clients', '6', '--settle', '3'];
      const played = await stress('--url', await through(lie), ...only, '--json');
      const report = reportOf(played);
      expect(report.violations.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(expected));
      expect(report).toMatchObject({ ok: false });
      expect(played.code).toBe(1);
    },
    60_000,
  );

  it.concurrent('exits with 2 if it cannot play', async () => {
    for (const args of [
      ['--url', 'http://127.0.0.1:9'],
      ['--url', url, '--key', 'nope'],
      ['--pids', '1'],
    ]) {
      const { code, stdout, stderr } = await stress(...args, '--duration', '1');
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('--help');
    }
  });

  it('ends the given process, and finds nothing lost after its restart', async () => {
    const { pid } = server;
    const playing = stress('--url', url, ...SMALL, '--pids', String(pid), '--seed', '3', '--json');
    await server.exited;
    server = await startProcess(env, { dataDir });
    await server.url;
    const report = reportOf(await playing);
    expect(report.violations).toEqual([]);
    expect(report.kills).toEqual([expect.objectContaining({ pid, failed: false })]);
    expect(report.counts.connects).toBeGreaterThan(24);
  }, 90_000);
});
