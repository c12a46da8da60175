import { readFile, writeFile } from 'node:fs/promises';
import { configurationMarkdown, environmentExample } from '../config/variables/config-docs.js';

/** Writes the documents that follow from the environment's description; with `--check` only compares them. */
async function main(check: boolean): Promise<number> {
  const documents: readonly (readonly [string, string])[] = [
    ['docs/configuration.md', configurationMarkdown()],
    ['.env.example', environmentExample()],
  ];
  const stale: string[] = [];
  for (const [path, text] of documents) {
    if (!check) await writeFile(path, text);
    else if ((await readFile(path, 'utf8').catch(() => '')) !== text) stale.push(path);
  }
  if (stale.length > 0) console.error(`Out of date: ${stale.join(', ')}. Run: npm run config:docs`);
  return stale.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.includes('--check'));
