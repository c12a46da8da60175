import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { accepts } from './accepts.js';
import { replaceAll } from './replace-all.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

const AS_ANOTHER_USER = ['user haproxy\n', 'group haproxy\n', 'chroot /var/lib/haproxy\n'];

export interface Haproxy {
  readonly port: number;
  readonly tlsPort: number;
  /** What it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** `haproxy -c`: rejects, with HAProxy's errors, for a file that it would not start with. */
export async function checkHaproxy(file: string, env: Record<string, string> = {}): Promise<void> {
  await promisify(execFile)('haproxy', ['-c', '-f', file], { env: { PATH: process.env['PATH'], ...env } });
}

/** The configuration we ship in front of three servers; only addresses and files are replaced. */
export async function startHaproxy(
  nodes: readonly [string, string, string],
  certificate: { readonly certFile: string; readonly keyFile: string },
): Promise<Haproxy> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-haproxy-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const pem = path.join(folder, 'switchboard.pem');
  await writeFile(pem, (await readFile(certificate.certFile, 'utf8')) + (await readFile(certificate.keyFile, 'utf8')), {
    mode: 0o600,
  });
  const shipped = await readFile(path.join(ROOT, 'deploy/haproxy/haproxy.cfg'), 'utf8');
  const text = replaceAll(shipped, [
    ['10.0.0.11:3000', new URL(nodes[0]).host],
    ['10.0.0.12:3000', new URL(nodes[1]).host],
    ['10.0.0.13:3000', new URL(nodes[2]).host],
    ['bind :80\n', `bind 127.0.0.1:${port}\n`],
    ['bind :443 ', `bind 127.0.0.1:${tlsPort} `],
    ['/etc/haproxy/certs/switchboard.pem', pem],
    // Only root can switch users.
    ...(process.getuid?.() === 0 ? [] : AS_ANOTHER_USER.map((line) => [line, ''] as const)),
    // The limit on open files is that of the user who runs the tests.
    ['maxconn 100000', 'maxconn 500'],
  ]);
  const file = path.join(folder, 'haproxy.cfg');
  await writeFile(file, text);
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  for (let attempt = 0; !(await accepts(tlsPort)); attempt++) {
    if (attempt > 100 || child.exitCode !== null) throw new Error(`HAProxy does not serve: ${said}`);
    await sleep(50);
  }
  return {
    port,
    tlsPort,
    log: () => said,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
