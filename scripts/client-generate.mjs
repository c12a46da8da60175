// npm run client:generate: generates the REST part of the TypeScript client from the OpenAPI document.
// npm run client:check: fails if the committed one is out of date.
import { createClient } from '@hey-api/openapi-ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const committed = path.join(root, 'clients/typescript/src/rest/generated');

/** The operation `accounts.list` becomes `sdk.accounts.list()`, which returns the body and throws problems. */
const generate = (output) =>
  createClient({
    input: path.join(root, 'openapi/openapi.json'),
    output: { path: output, module: { extension: '.js' } },
    plugins: [
      { name: '@hey-api/client-fetch', baseUrl: false, throwOnError: true },
      '@hey-api/typescript',
      {
        name: '@hey-api/sdk',
        responseStyle: 'data',
        operations: { strategy: 'single', nesting: 'operationId', containerName: 'Sdk', methods: 'instance' },
      },
    ],
    logs: { level: 'warn' },
  });

/** The text of every file below `folder`, by name. */
function filesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((file) => path.relative(folder, path.join(file.parentPath, file.name)));
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

async function check() {
  const fresh = mkdtempSync(path.join(tmpdir(), 'switchboard-client-'));
  try {
    await generate(fresh);
    const [is, should] = [filesOf(committed), filesOf(fresh)];
    const names = new Set([...is.keys(), ...should.keys()]);
    const stale = [...names].filter((name) => is.get(name) !== should.get(name));
    if (stale.length === 0) return;
    process.stderr.write(`Does not match the OpenAPI document; run npm run client:generate: ${stale.join(', ')}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) await check();
else await generate(committed);
