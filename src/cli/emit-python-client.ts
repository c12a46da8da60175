import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { pythonClient } from './python/python-client.js';

const DOCUMENT = 'openapi/openapi.json';
const FOLDER = 'clients/python/switchboard_client/rest';

/** Writes the REST half of the Python client from the OpenAPI document; with `--check` only compares. */
async function main(check: boolean): Promise<number> {
  const modules = pythonClient(JSON.parse(await readFile(DOCUMENT, 'utf8')) as OpenApiDocument);
  await mkdir(FOLDER, { recursive: true });
  let code = 0;
  for (const [name, text] of modules) {
    const file = path.join(FOLDER, name);
    if (!check) await writeFile(file, text);
    else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
      console.error(`Not what the OpenAPI document makes; run npm run client:generate: ${file}`);
      code = 1;
    }
  }
  return code;
}

process.exitCode = await main(process.argv.includes('--check'));
