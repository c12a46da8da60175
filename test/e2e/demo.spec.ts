import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { WsClient } from '../support/ws-client.js';

const SCRIPT = path.resolve(import.meta.dirname, '../../dist/src/cli/demo.js');

describe('npm run demo', () => {
  let server: ServerProcess;
  let url: string;

  beforeAll(async () => {
    server = await startProcess(ADMIN_ENV);
    url = await server.url;
  }, 300_000);
  afterAll(() => cleanUpProcesses());

  const demo = (args: string[], env: Record<string, string> = ADMIN_ENV) =>
    promisify(execFile)(process.execPath, [SCRIPT, ...args], { env: { PATH: process.env['PATH'], ...env } });
  const linksOf = (text: string) => text.match(/http:\S+\/room\/[A-Za-z0-9]{100}\//g) ?? [];

  it('creates the durable room with two endpoints that can talk, and finds them the next time', async () => {
    const { stdout } = await demo(['--url', url]);
    const links = linksOf(stdout);
    expect(links).toHaveLength(2);
    expect(stdout).toContain(`${url}/list_rooms/`);
    expect(stdout).toContain(`${url}/list_endpoints/default/`);
    const [one, two] = await Promise.all(
      links.map((link) => WsClient.open(link.replace('http', 'ws').replace('/room/', '/ws/endpoint/'))),
    );
    one!.send({ message: 'hi' });
    expect(await two!.next()).toMatchObject({ message: 'hi', identity: 'endpoint1', offset: 1 });
    expect((await fetch(links[0]!)).status).toBe(200);
    await Promise.all([one!.close(), two!.close()]);
    const key = /for --key: (\S+)/.exec(stdout)?.[1] ?? '';
    expect(linksOf((await demo(['--url', url, '--key', key])).stdout)).toEqual(links);
    expect(linksOf((await demo(['--url', url])).stdout)).toEqual(links);
  });

  it('says what is wrong in one line', async () => {
    const failure = async (args: string[], env?: Record<string, string>) => {
      const { code, stderr } = (await demo(args, env).catch((error: unknown) => error)) as {
        code: number;
        stderr: string;
      };
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return stderr;
    };
    expect(await failure(['--url', 'http://127.0.0.1:9'])).toContain('No server answers');
    expect(await failure(['--url', url, '--key', 'nope'])).toContain('401');
    expect(await failure(['--url', url], { ...ADMIN_ENV, ADMIN_PASSWORD: 'something else' })).toContain('401');
  });
});
