import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/modules/database/embedded/free-port.js';

const START_MS = 10_000;

/** A real TURN server on the loopback address, which knows these shared secrets. */
export class Coturn {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(secrets: readonly string[]): Promise<Coturn> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-coturn-'));
    const port = await freePort();
    const config = [
      `listening-port=${port}`,
      'listening-ip=127.0.0.1',
      'relay-ip=127.0.0.1',
      'realm=switchboard.test',
      'use-auth-secret',
      ...secrets.map((secret) => `static-auth-secret=${secret}`),
      'no-tls',
      'no-dtls',
      'no-cli',
      'allow-loopback-peers',
      `pidfile=${folder}/pid`,
      `userdb=${folder}/db`,
      'log-file=stdout',
    ];
    const file = path.join(folder, 'turnserver.conf');
    await writeFile(file, `${config.join('\n')}\n`);
    const child = spawn('turnserver', ['-c', file], { stdio: 'ignore' });
    const coturn = new Coturn(child, folder, port);
    const giveUp = Date.now() + START_MS;
    while (!(await answers(port))) {
      if (Date.now() > giveUp || child.exitCode !== null) {
        await coturn.stop();
        throw new Error('coturn did not start');
      }
      await sleep(50);
    }
    return coturn;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
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
