import { readFile } from 'node:fs/promises';
import { acceptedBreaks, judge } from './contract/accepted-breaks.js';
import { asyncApiSurface } from './contract/asyncapi-surface.js';
import { breaks } from './contract/breaks.js';
import { openApiSurface } from './contract/openapi-surface.js';

const read = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;

/** Fails when clients of the released documents would break, unless `openapi/breaking.md` lists it as intended. */
const found = [
  ...breaks(openApiSurface(await read('openapi/released.json')), openApiSurface(await read('openapi/openapi.json'))),
  ...breaks(
    asyncApiSurface(await read('asyncapi/released.json')),
    asyncApiSurface(await read('asyncapi/asyncapi.json')),
  ),
];
const faults = judge(found, acceptedBreaks(await readFile('openapi/breaking.md', 'utf8')));
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
