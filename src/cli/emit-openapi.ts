import { Logger } from '@nestjs/common';
import { createDataSource } from '../../ormconfig.js';
import { buildOpenApi, formatOpenApi } from '../common/http/openapi/openapi.js';
import { randomToken } from '../common/security/random.js';
import { loadConfig } from '../config/load-config.js';
import { ACCESS_TABLE_FILE, accessTable } from './contract/access-table.js';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { createApp } from '../create-app.js';
import { writeGenerated } from './shared/generated-files.js';

/**
 * Writes the OpenAPI document of the built app, which neither listens nor connects to anything, and the table of who
 * may call what; with `--check` only compares. Only works on the built files: a compiler plugin turns doc comments into
 * descriptions.
 */
Logger.overrideLogger(['error', 'fatal']);
// The document must follow from the code, not from where it is written: the environment is not read.
const config = loadConfig({ SECRET_KEY: randomToken(48) });
const app = await createApp(config, createDataSource(config.storage, 'postgres://unconnected.invalid/none'));
const text = formatOpenApi(buildOpenApi(app));
const files = new Map([
  ['openapi/openapi.json', text],
  [ACCESS_TABLE_FILE, accessTable(JSON.parse(text) as OpenApiDocument)],
]);

// The app was never initialized, so there is nothing to close except what would keep the process alive.
process.exit(await writeGenerated(files, 'npm run openapi'));
