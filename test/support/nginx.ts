import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { accepts } from './accepts.js';
import { removeAfterUs } from './remove-after-us.js';
import { replaceAll } from './replace-all.js';

const SITE = path.resolve(import.meta.dirname, '../../deploy/nginx/switchboard.conf');
const THREE_NODES = path.resolve(import.meta.dirname, '../../deploy/nginx/three-nodes.conf');
const THREE_NODES_LOCATIONS = path.resolve(import.meta.dirname, '../../deploy/nginx/three-nodes-locations.conf');

export interface Nginx {
  readonly port: number;
  readonly tlsPort: number;
  /** The content of its access log. */
  accessLog(): Promise<string>;
  stop(): Promise<void>;
}

/** The parts of the shipped site that the files for three nodes replace. */
const ONE_NODE = /^upstream switchboard \{$[^}]*^\}$/m;
const ONE_NODE_LOCATION = / {4}location \/ \{\n {8}proxy_pass [^}]*\}/;

/**
 * The site we ship, in its own nginx in front of `upstream`, or with our file for three nodes if there are three; only
 * addresses and files are replaced.
 */
export async function startNginx(
  upstream: string | readonly [string, string, string],
  certificate: { readonly certFile: string; readonly keyFile: string },
): Promise<Nginx> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-nginx-'));
  removeAfterUs(folder);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const site = replaceAll(await nodesOf(upstream), [
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

async function nodesOf(upstream: string | readonly [string, string, string]): Promise<string> {
  const site = await readFile(SITE, 'utf8');
  if (typeof upstream === 'string') {
    return replaceAll(site, [['server 127.0.0.1:3000;', `server ${new URL(upstream).host};`]]);
  }
  if (!ONE_NODE.test(site) || !ONE_NODE_LOCATION.test(site)) {
    throw new Error('deploy/nginx/switchboard.conf has no blocks to put three nodes in');
  }
  const three = replaceAll(
    await readFile(THREE_NODES, 'utf8'),
    upstream.map((url, i) => [`server 10.0.0.1${i + 1}:3000 `, `server ${new URL(url).host} `]),
  );
  return site.replace(ONE_NODE, () => three).replace(ONE_NODE_LOCATION, `include ${THREE_NODES_LOCATIONS};`);
}
