import { buildAsyncApi, formatAsyncApi } from '../common/asyncapi/document.js';
import { CONTRACTS } from '../contracts.js';
import { writeGenerated } from './shared/generated-files.js';

/** Writes the AsyncAPI document of all sockets and event streams; with `--check` only compares. */
const files = new Map([['asyncapi/asyncapi.json', formatAsyncApi(buildAsyncApi(CONTRACTS))]]);

process.exitCode = await writeGenerated(files, 'npm run asyncapi');
