import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downgrade } from '../../src/common/http/openapi/openapi-3-0.js';
import { ADMIN, ADMIN_ENV, apiOf, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { removeAfterUs } from '../support/remove-after-us.js';

const run = promisify(execFile);
const BIN = path.resolve('node_modules/.bin');

interface Generator {
  readonly command: string;
  readonly args: (document: string) => readonly string[];
  readonly version: '3.0' | '3.1';
  /** Creates an application named after it and finds it in the list, using the generated code next to it. */
  readonly program: string;
}

const FOUND = 'console.log(page.items.find(({ id }) => id === made.id)?.name satisfies string | undefined);';

const GENERATORS: Readonly<Record<string, Generator>> = {
  '@hey-api/openapi-ts': {
    command: 'openapi-ts',
    args: (document) => ['--input', document, '--output', 'generated'],
    version: '3.1',
    program: `
      import { client } from './generated/client.gen.js';
      import { applicationsCreate, applicationsList } from './generated/sdk.gen.js';
      client.setConfig({ baseUrl: process.env['URL'] ?? '', auth: () => process.env['TOKEN'] });
      const { data: made } = await applicationsCreate({ body: { name: '@hey-api/openapi-ts' }, throwOnError: true });
      const { data: page } = await applicationsList({ throwOnError: true });
      ${FOUND}`,
  },
  'openapi-typescript': {
    command: 'openapi-typescript',
    args: (document) => [document, '--output', 'generated/schema.ts'],
    version: '3.1',
    program: `
      import createClient from 'openapi-fetch';
      import type { paths } from './generated/schema.js';
      const headers = { authorization: 'Bearer ' + process.env['TOKEN'] };
      const client = createClient<paths>({ baseUrl: process.env['URL'] ?? '', headers });
      const { data: made } = await client.POST('/api/v1/applications', { body: { name: 'openapi-typescript' } });
      const { data: page } = await client.GET('/api/v1/applications');
      if (made === undefined || page === undefined) throw new Error('refused');
      ${FOUND}`,
  },
  'swagger-typescript-api': {
    command: 'swagger-typescript-api',
    args: (document) => ['generate', '--path', document, '--output', 'generated', '--name', 'api.ts'],
    version: '3.1',
    program: `
      import { Api } from './generated/api.js';
      const headers = { authorization: 'Bearer ' + process.env['TOKEN'] };
      const { api } = new Api({ baseUrl: process.env['URL'] ?? '', baseApiParams: { headers } });
      const { data: made } = await api.applicationsCreate({ name: 'swagger-typescript-api' });
      const { data: page } = await api.applicationsList();
      ${FOUND}`,
  },
  'openapi-typescript-codegen': {
    // Two packages have a command with this name.
    command: '../openapi-typescript-codegen/bin/index.js',
    args: (document) => ['--input', document, '--output', 'generated', '--client', 'fetch'],
    version: '3.0',
    program: `
      import { ApplicationsService, OpenAPI } from './generated/index.js';
      OpenAPI.BASE = process.env['URL'] ?? '';
      OpenAPI.TOKEN = process.env['TOKEN'] ?? '';
      const made = await ApplicationsService.applicationsCreate({ name: 'openapi-typescript-codegen' });
      const page = await ApplicationsService.applicationsList();
      ${FOUND}`,
  },
};

const COMPILER_OPTIONS = {
  ...{ strict: true, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], types: ['node'] },
  // Everything generated is checked; the types of the platform are not its matter.
  ...{ module: 'esnext', moduleResolution: 'bundler', noEmit: true, skipLibCheck: true },
};

describe('clients from third-party generators', () => {
  let server: RunningApp;
  let env: NodeJS.ProcessEnv;
  let folder: string;

  const generate = async (name: string, { command, args, version, program }: Generator): Promise<void> => {
    const cwd = path.join(folder, name);
    await mkdir(cwd, { recursive: true });
    await run(path.join(BIN, command), args(path.join(folder, `openapi-${version}.json`)), { cwd });
    await writeFile(path.join(cwd, 'main.ts'), program);
  };

  beforeAll(async () => {
    server = await startApp(ADMIN_ENV);
    const { accessToken } = await signIn(apiOf(server), ADMIN.email, ADMIN.password);
    env = { PATH: process.env['PATH'], URL: server.url, TOKEN: accessToken };
    // Below node_modules, where the generated code finds Node's types and one generator's library.
    await mkdir('node_modules/.cache', { recursive: true });
    folder = await mkdtemp(path.resolve('node_modules/.cache/generators-'));
    removeAfterUs(folder);
    const document = await readFile('openapi/openapi.json', 'utf8');
    await writeFile(path.join(folder, 'openapi-3.1.json'), document);
    await writeFile(path.join(folder, 'openapi-3.0.json'), JSON.stringify(downgrade(JSON.parse(document))));
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await Promise.all(Object.entries(GENERATORS).map(([name, generator]) => generate(name, generator)));
    const files = Object.keys(GENERATORS).map((name) => `${name}/main.ts`);
    await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }));
    await run(path.join(BIN, 'tsc'), ['-p', folder]).catch((error: unknown) => {
      throw new Error(`does not compile:\n${(error as { stdout: string }).stdout}`);
    });
  }, 300_000);
  afterAll(() => server.close());

  it.each(Object.keys(GENERATORS))('%s: the client compiles in strict mode, and its calls work', async (name) => {
    // Some import without file extensions, which only bundlers accept.
    const outDir = path.join(folder, 'bundled', name);
    const ssr = path.join(folder, name, 'main.ts');
    await build({ root: folder, configFile: false, logLevel: 'error', build: { ssr, outDir } });
    const { stdout } = await run(process.execPath, [path.join(outDir, 'main.js')], { env });
    expect(stdout).toBe(`${name}\n`);
  });
});
