import { readFile } from 'node:fs/promises';
import { acceptedBreaks, judge } from './contract/accepted-breaks.js';
import { breaks } from './contract/breaks.js';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { openApiSurface } from './contract/openapi-surface.js';

const read = async (file: string): Promise<OpenApiDocument> =>
  JSON.parse(await readFile(file, 'utf8')) as OpenApiDocument;

/** Fails when a client of the released document would break, unless `openapi/breaking.md` says that it is meant to. */
const released = openApiSurface(await read('openapi/released.json'));
const current = openApiSurface(await read('openapi/openapi.json'));
const faults = judge(breaks(released, current), acceptedBreaks(await readFile('openapi/breaking.md', 'utf8')));
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
