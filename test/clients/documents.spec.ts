import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Rolldown } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CirclesHarness } from '../support/circles.js';
import { ClientProject, ClientWheel } from '../support/client-packages.js';
import { Examples, type RunningExample } from '../support/doc-examples.js';
import { OmikronHarness } from '../support/omikron.js';
import { describeWithPython } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { play } from '../support/transcript.js';

const PAGES = [
  'clients',
  ...['services', 'rooms', 'circles', 'signaling', 'omikron'].map((name) => `protocols/${name}`),
];
/** The programs of docs/clients.md that are for a page. */
const IN_BROWSER = ['chat.ts', 'exhibit.ts', 'phone.ts'];
const PATIENCE = { timeout: 60_000, interval: 20 };

/** As much of a browser as those programs need; a line of standard input is what a user types. */
const BROWSER = `
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
globalThis.WebSocket = WebSocket;
globalThis.location = { hash: process.env.HASH };
const input = { value: '' };
const output = { append: (text) => process.stdout.write(text) };
globalThis.document = { querySelector: (selector) => ({ input, output })[selector] };
createInterface({ input: process.stdin }).on('line', (line) => ((input.value = line), input.onchange()));
`;

type Start = (page: string, name: string, env: Record<string, string>) => RunningExample;

describe('documented programs that use the clients', () => {
  const pages = new Map(PAGES.map((page) => [page, new Examples(`${page}.md`)]));
  const pageOf = (page: string) => pages.get(page) ?? new Examples(`${page}.md`);
  let circles: CirclesHarness;
  let omikron: OmikronHarness;
  let rooms: RoomsHarness;
  let services: ServicesHarness<{ url: string; wsUrl: string }>;
  let project: ClientProject;
  let compiled: string;

  beforeAll(async () => {
    circles = await CirclesHarness.start({ IOTA_ACCESS: 'token' });
    const { url } = circles.server;
    const address = { url, wsUrl: url.replace('http', 'ws') };
    omikron = await OmikronHarness.on(address);
    rooms = await RoomsHarness.on(address);
    services = await ServicesHarness.on(address);
    project = await ClientProject.make();
    const files = PAGES.flatMap((page) => pageOf(page).namesOf('.ts'));
    for (const page of PAGES) {
      for (const name of pageOf(page).namesOf('.ts')) await project.write(name, pageOf(page).codeOf(name));
    }
    expect(new Set(files).size).toBe(files.length);
    compiled = await project.compile(files);
  }, 300_000);
  afterEach(() => {
    for (const page of pages.values()) page.stop();
  });
  afterAll(() => circles.close());

  const settings = (env: Record<string, string>) => ({ SWITCHBOARD_URL: circles.server.url, ...env });
  const inNode: Start = (page, name, env) =>
    pageOf(page).start([process.execPath, path.join(compiled, `${name}.js`)], settings(env));
  /** Everything it prints, once it has ended successfully. */
  const outputOf = async ({ output, ended }: RunningExample) => {
    expect(await ended, output()).toBe(0);
    return output();
  };
  const says = ({ output }: RunningExample, text: string | RegExp) =>
    vi.waitFor(() => {
      expect(output()).toMatch(text);
    }, PATIENCE);

  const everyProgram = (start: Start) => {
    it('quiz', async () => {
      const { hostToken: HOST_TOKEN } = await services.service({ allowPublicCode: true });
      expect(await outputOf(start('protocols/services', 'quiz', { HOST_TOKEN }))).toBe(
        'How many moons has Mars?\n2 moons\nAnn: closed with 4000\n',
      );
    });

    it('order', async () => {
      const application = await rooms.application();
      await rooms.room(application, 'orders', { durable: true });
      const { code: WRITER } = await rooms.endpoint(application, 'orders', 'write', 'till');
      const { code: READER } = await rooms.endpoint(application, 'orders', 'read', 'kitchen');
      expect(await outputOf(start('protocols/rooms', 'order', { WRITER, READER }))).toBe(
        'stored as 1\ntill: two soups\n',
      );
    });

    it('hello', async () => {
      const { u1, conversation } = await circles.world();
      const env = { EMAIL: u1.email, PASSWORD: u1.password, CONVERSATION: String(conversation) };
      expect(await outputOf(start('protocols/circles', 'hello', env))).toBe('Hello\n');
    });

    it('call', async () => {
      expect(await outputOf(start('protocols/signaling', 'call', {}))).toBe('in a call of 2\nAla got an offer\n');
    });

    it('home', async () => {
      const { id, token, users } = await omikron.iota();
      const [user = { id: '', hash: '' }] = users;
      const env = { IOTA_ID: id, IOTA_TOKEN: token, USER_ID: user.id, KEY_HASH: user.hash };
      expect(await outputOf(start('protocols/omikron', 'home', env))).toMatch(/^serving 1 user\n\[ ?'Hello' ?\]\n$/);
    });

    it('backend, twice', async () => {
      const { apiKey: API_KEY } = await rooms.application();
      for (const time of [1, 2]) {
        const output = await outputOf(start('clients', 'backend', { API_KEY }));
        expect(output, `time ${time}`).toMatch(/^a frontend listens with \S+\n1 Doors open\n$/);
      }
    });

    it('admin', async () => {
      const wish = { name: 'Script', scopes: ['connections:read', 'services:write'] };
      const { status, body } = await rooms.admin('POST', 'machine-keys', wish);
      expect(status).toBe(201);
      const output = await outputOf(start('clients', 'admin', { MACHINE_KEY: body.key as string }));
      expect(output).toMatch(/^host token: [\w-]{36}\nconnected: \{.*\}\ntold 0\n$/);
    });

    it('iota', async () => {
      const { id, token, users } = await omikron.iota();
      const [user = { id: '', hash: '' }] = users;
      const program = start('clients', 'iota', { IOTA_ID: id, IOTA_TOKEN: token, USER_IDS: user.id });
      await says(program, 'serving 1, refused 0\n');
      const app = await omikron.client(user);
      app.send({ id: 'a', type: 'message_send', data: { text: 'sealed' } });
      expect(await app.next()).toMatchObject({ id: 'a', type: 'success' });
      app.send({ id: 'b', type: 'message_get', data: {} });
      expect(await app.next()).toMatchObject({ id: 'b', data: { messages: [{ text: 'sealed' }] } });
      await omikron.api('DELETE', `omikron/iotas/${id}`);
      expect(await outputOf(program)).toContain('over: 1008 not allowed\n');
    });
  };

  describe('in TypeScript', () => {
    everyProgram(inNode);
  });

  describeWithPython('setuptools, pip, wheel, mypy, websockets, socketio, aiohttp', 'in Python', (python) => {
    let wheel: ClientWheel;
    beforeAll(async () => {
      wheel = await ClientWheel.install(python);
    }, 180_000);

    it('is typed', { timeout: 180_000 }, async () => {
      const files: string[] = [];
      for (const examples of pages.values()) {
        for (const name of examples.namesOf('.py')) {
          // Programs that use raw frames are untyped.
          if (!examples.codeOf(name).includes('from switchboard_client')) continue;
          files.push(name);
          await writeFile(path.join(wheel.folder, name), examples.codeOf(name));
        }
      }
      expect(files).toHaveLength(8);
      await wheel.work('-m', 'mypy', '--strict', '--python-version', '3.9', ...files);
    });

    everyProgram((page, name, env) => {
      const { PYTHONPATH } = wheel.env;
      return pageOf(page).run(`${name}.py`, [], python, settings({ ...env, PYTHONPATH, PYTHONUNBUFFERED: '1' }));
    });
  });

  describe('in a page', () => {
    const open = async (name: string, hash: Record<string, string>) => {
      const { output } = (await build({
        root: project.folder,
        configFile: false,
        logLevel: 'error',
        build: { write: false, rolldownOptions: { input: path.join(project.folder, name) } },
      })) as Rolldown.RolldownOutput;
      await project.write(`${name}.page.mjs`, `import './browser.mjs';\n${output[0].code}`);
      await project.write('browser.mjs', BROWSER);
      const address = new URLSearchParams({ url: circles.server.url, ...hash });
      const file = path.join(project.folder, `${name}.page.mjs`);
      return pageOf('clients').start([process.execPath, file], { HASH: `#${address.toString()}` }, null);
    };

    it('chat sends and hears', async () => {
      const application = await rooms.application();
      await rooms.room(application, 'chat', { durable: true });
      const { code } = await rooms.endpoint(application, 'chat', 'readwrite', 'ann');
      const chat = await open('chat.ts', { code });
      chat.type('Hello');
      await says(chat, 'ann: Hello\n');
      await rooms.as(application, 'DELETE', 'rooms/chat');
      await says(chat, '(over: not allowed)\n');
    });

    it('exhibit and phone play', async () => {
      const { hostToken: token } = await services.service({ allowPublicCode: true });
      const exhibit = await open('exhibit.ts', { token });
      await says(exhibit, /^Join with [A-Z]{4}\n/);
      const phone = await open('phone.ts', { code: /with (\w+)/.exec(exhibit.output())?.[1] ?? '' });
      await says(phone, 'How many moons has Mars?\n');
      phone.type('2');
      await says(exhibit, '1. says 2\n');
      await says(phone, '1 have voted\n');
    });
  });

  it('Unity’s frames match the wire', async () => {
    const { hostToken } = await services.service({ allowPublicCode: true });
    const { url } = circles.server;
    await play(pageOf('clients').codeOf('unity.frames'), url.replace('http', 'ws'), { 'host token': hostToken });
  });

  it('include all of docs/clients.md', () => {
    const both = ['admin', 'backend', 'iota'].flatMap((name) => [`${name}.py`, `${name}.ts`]);
    expect(pageOf('clients').names).toEqual([...both, ...IN_BROWSER, 'unity.frames'].sort());
  });
});
