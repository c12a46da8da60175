import { Logger } from '@nestjs/common';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createDataSource } from '../../ormconfig.js';
import { buildOpenApi, formatOpenApi } from '../common/http/openapi/openapi.js';
import { randomToken } from '../common/security/random.js';
import { loadConfig } from '../config/load-config.js';
import { ACCESS_TABLE_FILE, accessTable } from './contract/access-table.js';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { createApp } from '../create-app.js';

const DOCUMENT = 'openapi/openapi.json';

/**
 * Writes the OpenAPI document of the built app, which neither listens nor connects to anything, and the table of who may
 * call what; with `--check` only compares. Works on built files alone: the compiler's plugin turns doc comments into descriptions.
 */
async function main(check: boolean): Promise<number> {
  Logger.overrideLogger(['error', 'fatal']);
  // The document follows from the code, not from where it is written: nothing of the environment is read.
  const config = loadConfig({ SECRET_KEY: randomToken(48) });
  const app = await createApp(config, createDataSource(config.storage, 'postgres://unconnected.invalid/none'));
  const text = formatOpenApi(buildOpenApi(app));
  const files = { [DOCUMENT]: text, [ACCESS_TABLE_FILE]: accessTable(JSON.parse(text) as OpenApiDocument) };
  const outdated: string[] = [];
  for (const [file, content] of Object.entries(files)) {
    if ((await readFile(file, 'utf8').catch(() => '')) === content) continue;
    outdated.push(file);
    if (check) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  if (!check || outdated.length === 0) return 0;
  console.error(`Out of date: ${outdated.join(', ')}. Run: npm run openapi`);
  return 1;
}

// The app was never initialised, so there is nothing to close but what would keep the process.
process.exit(await main(process.argv.includes('--check')));
