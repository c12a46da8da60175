import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { accepts } from './accepts.js';

/** A PgBouncer with its default settings in front of a database. */
export class PgBouncer {
  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(database: string, poolMode: 'session' | 'transaction'): Promise<PgBouncer> {
    const target = new URL(database);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-pgbouncer-'));
    await chmod(folder, 0o755);
    const port = await freePort();
    await writeFile(path.join(folder, 'users.txt'), `"${target.username}" "${decodeURIComponent(target.password)}"\n`, {
      mode: 0o644,
    });
    const settings = path.join(folder, 'pgbouncer.ini');
    await writeFile(
      settings,
      `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${folder}/users.txt
pool_mode = ${poolMode}
`,
    );
    const asRoot = process.getuid?.() === 0;
    const child = spawn('pgbouncer', [...(asRoot ? ['-u', 'nobody'] : []), settings], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    while (child.exitCode === null && !(await accepts(port))) await sleep(20);
    const url = new URL(database);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return new PgBouncer(url.href, async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    });
  }
}
