import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { removeAfterUs } from './remove-after-us.js';

const SITE = path.resolve(import.meta.dirname, '../../deploy/nginx/switchboard.conf');

export interface Nginx {
  readonly port: number;
  readonly tlsPort: number;
  /** What its access log holds. */
  accessLog(): Promise<string>;
  stop(): Promise<void>;
}

/** The site we ship, with only addresses and files replaced, in an nginx of its own in front of `upstream`. */
export async function startNginx(
  upstream: string,
  certificate: { readonly certFile: string; readonly keyFile: string },
): Promise<Nginx> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-nginx-'));
  removeAfterUs(folder);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const site = replaceAll(await readFile(SITE, 'utf8'), [
    ['server 127.0.0.1:3000;', `server ${new URL(upstream).host};`],
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['listen [::]:80;', ''],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${tlsPort} ssl http2;`],
    ['listen [::]:443 ssl http2;', ''],
    ['/etc/letsencrypt/live/switchboard.example.org/fullchain.pem', certificate.certFile],
    ['/etc/letsencrypt/live/switchboard.example.org/privkey.pem', certificate.keyFile],
    ['/var/log/nginx', folder],
    ['server_name switchboard.example.org;', 'server_name localhost;'],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = path.join(folder, 'nginx.conf');
  await writeFile(
    file,
    `${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; daemon off; pid ${folder}/pid;
error_log stderr warn;
events { worker_connections 1024; }
http { ${temporary.join(' ')}
${site}
}`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  for (let attempt = 0; !(await accepts(tlsPort)); attempt++) {
    if (attempt > 100 || child.exitCode !== null) throw new Error(`nginx does not serve: ${said}`);
    await sleep(50);
  }
  return {
    port,
    tlsPort,
    accessLog: () => readFile(path.join(folder, 'switchboard.log'), 'utf8'),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every text must be there, else the test would run something else than what we ship. */
function replaceAll(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((site, [from, to]) => {
    if (!site.includes(from)) throw new Error(`deploy/nginx/switchboard.conf has no «${from}»`);
    return site.replaceAll(from, to);
  }, text);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
