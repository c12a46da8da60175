import { readFile, writeFile } from 'node:fs/promises';
import { DataSource, type EntityMetadata } from 'typeorm';
import { createDataSource } from '../../ormconfig.js';
import { dataModelMarkdown } from './data-model.js';

const FILE = 'docs/data-model.md';

/** Knows its tables without ever connecting. */
class DescribedDataSource extends DataSource {
  async describe(): Promise<readonly EntityMetadata[]> {
    await this.buildMetadatas();
    return this.entityMetadatas;
  }
}

/** Writes the diagram of the tables; with `--check` only compares. */
async function main(check: boolean): Promise<number> {
  const { options } = createDataSource({ databasePool: 1 }, 'postgres://unconnected.invalid/none');
  const text = dataModelMarkdown(await new DescribedDataSource(options).describe());
  if (!check) {
    await writeFile(FILE, text);
    return 0;
  }
  if ((await readFile(FILE, 'utf8').catch(() => '')) === text) return 0;
  console.error(`Out of date: ${FILE}. Run: npm run data-model`);
  return 1;
}

process.exitCode = await main(process.argv.includes('--check'));
