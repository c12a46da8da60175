import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type AsyncApiDocument } from '../common/asyncapi/async-api.js';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { pythonClient } from './python/python-client.js';
import { pythonFrames } from './python/python-frames.js';
import { frameTypes } from './typescript/frame-types.js';

const PYTHON = 'clients/python/switchboard_client';
const FRAMES = 'clients/typescript/src/generated/frames.gen.ts';

/**
 * Writes the REST half of the Python client from the OpenAPI document, and the frame types of both clients from the
 * AsyncAPI document; with `--check` only compares.
 */
async function main(check: boolean): Promise<number> {
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
  const rest = pythonClient((await read('openapi/openapi.json')) as OpenApiDocument);
  const events = (await read('asyncapi/asyncapi.json')) as AsyncApiDocument;
  const files = [
    ...[...rest].map(([name, text]) => [path.join(PYTHON, 'rest', name), text] as const),
    [path.join(PYTHON, 'frames.py'), pythonFrames(events)] as const,
    [FRAMES, frameTypes(events)] as const,
  ];
  let code = 0;
  for (const [file, text] of files) {
    if (!check) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
      console.error(`Not what the contract makes; run npm run client:generate: ${file}`);
      code = 1;
    }
  }
  return code;
}

process.exitCode = await main(process.argv.includes('--check'));
