import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN } from '../support/api.js';
import { CirclesHarness, type World } from '../support/circles.js';
import { ClientWheel } from '../support/client-packages.js';
import { Examples } from '../support/doc-examples.js';
import { OmikronHarness } from '../support/omikron.js';
import { describeWithPython } from '../support/requires.js';
import { ServicesHarness } from '../support/services.js';
import { RestartedServer } from './restarted-server.js';

const CLIENT = path.resolve(import.meta.dirname, '../../clients/python');
const JOURNEY = path.join(import.meta.dirname, 'python/journey.py');
const CONVERSATION = path.join(import.meta.dirname, 'python/conversation.py');
const PATIENCE = { timeout: 60_000, interval: 50 };

/** Total number of messages, as in the journey. */
const COUNT = 200;
const NUMBERS = Array.from({ length: COUNT }, (_none, index) => index);

/** The whole client, built and installed without a network. */
describeWithPython('setuptools, pip, wheel, mypy, websockets, socketio, aiohttp', 'the Python client', (python) => {
  let wheel: ClientWheel;

  beforeAll(async () => {
    wheel = await ClientWheel.install(python);
  }, 180_000);

  it('is complete in the wheel, compiles, and has the server’s version', async () => {
    const installed = path.join(wheel.env.PYTHONPATH, 'switchboard_client');
    const files = await readdir(path.join(CLIENT, 'switchboard_client'), { recursive: true });
    const sources = files.filter((file) => /\.py$|py\.typed$/.test(file)).sort();
    const there = await readdir(installed, { recursive: true });
    expect(there.filter((file) => /\.py$|py\.typed$/.test(file)).sort()).toEqual(sources);
    const modules = sources.filter((file) => file.endsWith('.py')).map((file) => path.join(installed, file));
    await wheel.work('-m', 'py_compile', ...modules);
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await readFile(path.join(CLIENT, 'pyproject.toml'), 'utf8')).toContain(`\nversion = "${version}"\n`);
  });

  it('is typed for Python 3.9, with its tests and the programs of its README', { timeout: 180_000 }, async () => {
    const readme = new Examples('../clients/python/README.md');
    const programs = path.join(wheel.source, 'readme');
    await mkdir(programs);
    for (const name of readme.names) await writeFile(path.join(programs, name), readme.codeOf(name));
    const files = readme.names.map((name) => path.join(programs, name));
    const mypy = (...paths: string[]) => wheel.work('-m', 'mypy', '--strict', '--python-version', '3.9', ...paths);
    await mypy(path.join(wheel.source, 'switchboard_client'));
    // As seen by somebody who installs the wheel.
    await mypy(path.join(wheel.source, 'tests'), JOURNEY, CONVERSATION, ...files);
  });

  it('withstands servers that misbehave', { timeout: 180_000 }, async () => {
    const args = ['-X', 'dev', '-m', 'unittest', 'discover', '-t', 'source', '-s', 'source/tests'];
    const { stderr } = await wheel.work(...args);
    expect(stderr).toMatch(/Ran \d\d tests/);
    expect(stderr).not.toMatch(/never awaited|never retrieved|was destroyed/);
  });

  /** What a program prints at its end if the server was killed and restarted when it printed `half`. */
  const throughCrash = async (program: string, ...more: string[]): Promise<unknown> => {
    let said = '';
    await RestartedServer.use(async (server) => {
      const args = [program, server.url, ADMIN.email, ADMIN.password, ...more];
      const child = spawn(python, args, { env: wheel.env, stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      try {
        while (!said.includes('half\n') && child.exitCode === null) {
          await Promise.race([once(child.stdout, 'data'), closed]);
        }
        await server.stop('SIGKILL');
        await server.start();
        expect(await closed).toEqual([0, null]);
      } finally {
        child.kill('SIGKILL');
      }
    });
    return JSON.parse(said.replace('half\n', ''));
  };

  it(
    'follows a room through a server crash without losing or duplicating a message',
    { timeout: 180_000 },
    async () => {
      const { heard, recovered, ...rest } = (await throughCrash(JOURNEY, 'Journey')) as {
        heard: number[];
        recovered: boolean[];
      };
      // Messages that had to be sent again come later.
      expect([...heard].sort((a, b) => a - b)).toEqual(NUMBERS);
      expect(recovered.length).toBeGreaterThan(1);
      expect(recovered).not.toContain(false);
      expect(rest).toEqual({ publishedOnce: true, inOrder: true, streamed: heard, kept: heard, code: 'not_found' });
    },
  );

  it('follows a conversation through a crash, until its login ends', { timeout: 180_000 }, async () => {
    const { recovered, ...rest } = (await throughCrash(CONVERSATION)) as { recovered: boolean[] };
    expect(recovered).toEqual(recovered.map(() => true));
    expect(recovered.length).toBeGreaterThan(1);
    expect(rest).toEqual({ heard: NUMBERS.slice(0, 40).map(String), asked: [null, 'stale'], end: 1008 });
  });

  describe('its README', () => {
    const readme = new Examples('../clients/python/README.md');
    let circles: CirclesHarness;
    let omikron: OmikronHarness;
    let services: ServicesHarness<{ url: string; wsUrl: string }>;
    let world: World;
    let settings: Record<string, string>;
    const ran = new Set<string>();

    beforeAll(async () => {
      circles = await CirclesHarness.start({ IOTA_ACCESS: 'token' });
      const { url } = circles.server;
      const address = { url, wsUrl: url.replace('http', 'ws') };
      [omikron, services, world] = [
        await OmikronHarness.on(address),
        await ServicesHarness.on(address),
        await circles.world(),
      ];
      settings = { SWITCHBOARD_URL: url, PYTHONPATH: wheel.env.PYTHONPATH, PYTHONUNBUFFERED: '1' };
    });
    afterEach(() => {
      readme.stop();
    });
    afterAll(() => circles.close());

    const start = (name: string, more: Record<string, string>) => {
      ran.add(name);
      return readme.run(name, [], python, { ...settings, ...more });
    };
    /** Everything it prints, once it has ended successfully. */
    const outputOf = async ({ output, ended }: ReturnType<typeof start>) => {
      expect(await ended, output()).toBe(0);
      return output();
    };
    const says = ({ output }: ReturnType<typeof start>, text: string | RegExp) =>
      vi.waitFor(() => {
        expect(output()).toMatch(text);
      }, PATIENCE);
    const author = () => ({
      EMAIL: world.u1.email,
      PASSWORD: world.u1.password,
      CONVERSATION: String(world.conversation),
    });

    it('REST', async () => {
      const output = await outputOf(start('rest.py', { EMAIL: ADMIN.email, PASSWORD: ADMIN.password }));
      expect(output).toContain(ADMIN.email);
      expect(output).toContain("1 {'text': 'Doors open'}");
    });

    it('uploads', async () => {
      const output = await outputOf(start('upload.py', author()));
      expect(output).toMatch(/100 %\nnotes\.txt 16\n$/);
    });

    it('rooms, on both transports', async () => {
      const { body } = await omikron.api('POST', 'applications', { name: 'Rooms' });
      const headers = { 'API-KEY': body.apiKey as string };
      await circles.call('POST', 'rooms', { headers, body: { name: 'hall', durable: true } });
      const member = { permissions: 'readwrite', identity: 'ann' };
      const { body: endpoint } = await circles.call('POST', 'rooms/hall/endpoints', { headers, body: member });
      const code = { ENDPOINT_CODE: endpoint.code as string };
      const output = await outputOf(start('room_endpoint.py', code));
      expect(output).toContain("ann {'text': 'Hello'}");
      expect(output).toContain('stored at Position(offset=1');
      expect(await outputOf(start('room_events.py', code))).toContain(
        "all there\nann {'text': 'Hello'} Position(offset=1",
      );
    });

    it('services, all three roles', async () => {
      const { hostToken, clientToken } = await services.service({ allowPublicCode: true });
      const host = start('service_host.py', { HOST_TOKEN: hostToken });
      await says(host, /guests join with \w+/);
      const guest = start('service_guest.py', {
        GUEST_CODE: /guests join with (\w+)/.exec(host.output())?.[1] ?? '',
      });
      expect(await outputOf(host)).toMatch(/\w+ 2\n/);
      expect(await outputOf(guest)).toContain('4000\n');
      const again = start('service_host.py', { HOST_TOKEN: hostToken });
      await says(again, 'guests join with');
      expect(await outputOf(start('service_client.py', { CLIENT_TOKEN: clientToken }))).toBe(
        'How many moons has Mars?\n',
      );
    });

    it('circles', async () => {
      expect(await outputOf(start('circles.py', author()))).toBe('Hello\n');
    });

    it('signaling, twice at once', async () => {
      const both = [start('signaling.py', {}), start('signaling.py', {})];
      for (const one of both) expect(await outputOf(one)).toContain('in a call of 2\n');
    });

    it('the Omikron: home server, app and call', async () => {
      const home = await omikron.iota();
      const [user] = home.users as [(typeof home.users)[number]];
      const own = { USER_ID: user.id, KEY_HASH: user.hash };
      const iota = start('iota.py', { ...own, IOTA_ID: home.id, IOTA_TOKEN: home.token });
      await says(iota, /serving \['.+'\] not \[\]/);
      expect(await outputOf(start('omikron_client.py', own))).toBe("['Hello']\n");
      const call = { ...own, CALL_ID: 'a5f8a6ea-2c3c-4d6b-9f52-3a8b7c1d2e4f' };
      expect(await outputOf(start('omikron_call.py', call))).toContain(user.id);
    });

    it('has no other programs', () => {
      expect([...ran].sort()).toEqual(readme.names);
    });
  });
});
