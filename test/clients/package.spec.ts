import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { removeAfterUs } from '../support/remove-after-us.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const CLIENT = path.resolve(import.meta.dirname, '../../clients/typescript');
const TSC = require.resolve('typescript/bin/tsc');

const PROGRAM = `
import { paginate, RoomEndpoint, Switchboard, SwitchboardProblem } from '@switchboard/client';
import { type RoomMessage } from '@switchboard/client/rooms';

const [url = '', email = '', password = '', name = ''] = process.argv.slice(2);
const admin = new Switchboard({ url });
await admin.signIn({ email, password });
const { apiKey } = await admin.applications.create({ body: { name } });

const backend = new Switchboard({ url, apiKey });
await backend.rooms.create({ body: { name: 'hall', durable: true } });
const { code } = await backend.endpoints.create({ path: { name: 'hall' }, body: { permissions: 'read', identity: 'screen' } });
const publish = { path: { name: 'hall' }, body: { message: { said: 'hello' } }, headers: { 'Idempotency-Key': 'one' } };
await backend.roomMessages.publish(publish);
await backend.roomMessages.publish(publish);

const room = new RoomEndpoint({ url, code, after: 'beginning' });
const heard = await new Promise<RoomMessage>((resolve) => room.on('message', resolve));
room.close();
let kept = 0;
for await (const { offset } of paginate(backend.roomMessages.list, { path: { name: 'hall' }, query: { limit: 1 } })) kept += offset;
const refused = await backend.rooms.get({ path: { name: 'nowhere' } }).catch((error: unknown) => error);
console.log(JSON.stringify({ heard: heard.message, kept, code: refused instanceof SwitchboardProblem && refused.code }));
`;

describe('the packed client', () => {
  let app: RunningApp;
  let folder: string;

  beforeAll(async () => {
    app = await startApp(ADMIN_ENV);
    folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-packed-'));
    removeAfterUs(folder);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: CLIENT });
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    // Stand-ins for what the registry would give: Node 20 wants ws, and the program wants types of its platform.
    const tools = ['ws', '@types/node', 'undici-types'].map((name) =>
      path.dirname(require.resolve(`${name}/package.json`)),
    );
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`, ...tools], { cwd: folder });
    await writeFile(path.join(folder, 'program.ts'), PROGRAM);
  }, 120_000);
  afterAll(() => app.close());

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'compiles under strict with module %s, resolution %s, and runs',
    async (module, moduleResolution) => {
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], types: ['node'] },
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, outDir: module },
      };
      await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
      await run(process.execPath, [TSC, '-p', folder]);
      const program = path.join(folder, module, 'program.js');
      const { stdout } = await run(process.execPath, [program, app.url, ADMIN.email, ADMIN.password, moduleResolution]);
      expect(JSON.parse(stdout)).toEqual({ heard: { said: 'hello' }, kept: 1, code: 'not_found' });
    },
    120_000,
  );
});
