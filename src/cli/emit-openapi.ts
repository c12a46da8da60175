import { Logger } from '@nestjs/common';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createDataSource } from '../../ormconfig.js';
import { buildOpenApi, formatOpenApi } from '../common/http/openapi/openapi.js';
import { randomToken } from '../common/security/random.js';
import { loadConfig } from '../config/load-config.js';
import { createApp } from '../create-app.js';

const FILE = 'openapi/openapi.json';

/**
 * Writes the OpenAPI document of the built app, which neither listens nor connects to anything; with `--check` only
 * compares. Works on built files alone: the compiler's plugin turns doc comments into descriptions.
 */
async function main(check: boolean): Promise<number> {
  Logger.overrideLogger(['error', 'fatal']);
  // The document follows from the code, not from where it is written: nothing of the environment is read.
  const config = loadConfig({ SECRET_KEY: randomToken(48) });
  const app = await createApp(config, createDataSource(config.storage, 'postgres://unconnected.invalid/none'));
  const text = formatOpenApi(buildOpenApi(app));
  if (!check) {
    await mkdir(path.dirname(FILE), { recursive: true });
    await writeFile(FILE, text);
    return 0;
  }
  if ((await readFile(FILE, 'utf8').catch(() => '')) === text) return 0;
  console.error(`Out of date: ${FILE}. Run: npm run openapi`);
  return 1;
}

// The app was never initialised, so there is nothing to close but what would keep the process.
process.exit(await main(process.argv.includes('--check')));
