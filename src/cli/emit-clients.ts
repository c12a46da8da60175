import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type AsyncApiDocument } from '../common/asyncapi/async-api.js';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { pythonClient } from './python/python-client.js';
import { pythonFrames } from './python/python-frames.js';
import { writeGenerated } from './shared/generated-files.js';
import { frameTypes } from './typescript/frame-types.js';

const PYTHON = 'clients/python/switchboard_client';

const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));

/**
 * Writes the REST half of the Python client from the OpenAPI document, and the frame types of both clients from the
 * AsyncAPI document; with `--check` only compares.
 */
const rest = pythonClient((await read('openapi/openapi.json')) as OpenApiDocument);
const events = (await read('asyncapi/asyncapi.json')) as AsyncApiDocument;
const files = new Map([
  ...[...rest].map(([name, text]) => [path.join(PYTHON, 'rest', name), text] as const),
  [path.join(PYTHON, 'frames.py'), pythonFrames(events)],
  ['clients/typescript/src/generated/frames.gen.ts', frameTypes(events)],
]);

process.exitCode = await writeGenerated(files, 'npm run client:generate');
