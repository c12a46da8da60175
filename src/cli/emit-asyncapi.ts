import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildAsyncApi, formatAsyncApi } from '../common/asyncapi/document.js';
import { CONTRACTS } from '../contracts.js';

const FILE = 'asyncapi/asyncapi.json';

/** Writes the AsyncAPI document of all sockets and event streams; with `--check` only compares. */
async function main(check: boolean): Promise<number> {
  const text = formatAsyncApi(buildAsyncApi(CONTRACTS));
  if (!check) {
    await mkdir(path.dirname(FILE), { recursive: true });
    await writeFile(FILE, text);
    return 0;
  }
  if ((await readFile(FILE, 'utf8').catch(() => '')) === text) return 0;
  console.error(`Out of date: ${FILE}. Run: npm run asyncapi`);
  return 1;
}

process.exitCode = await main(process.argv.includes('--check'));
