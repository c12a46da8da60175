import { readFile } from 'node:fs/promises';
import { PROGRAM_VERSION } from '../common/program-version.js';
import { type OpenApiDocument } from './contract/openapi-document.js';
import { openApiFindings } from './contract/openapi-rules.js';

/** Checks the committed document for what client authors need, beyond the rules of `redocly.yaml`. */
const document = JSON.parse(await readFile('openapi/openapi.json', 'utf8')) as OpenApiDocument;
const findings = openApiFindings(document, PROGRAM_VERSION);
for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;
