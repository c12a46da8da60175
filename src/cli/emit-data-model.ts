import { DataSource, type EntityMetadata } from 'typeorm';
import { createDataSource } from '../../ormconfig.js';
import { dataModelMarkdown } from './data-model.js';
import { writeGenerated } from './shared/generated-files.js';

/** Builds its metadata without connecting. */
class DescribedDataSource extends DataSource {
  async describe(): Promise<readonly EntityMetadata[]> {
    await this.buildMetadatas();
    return this.entityMetadatas;
  }
}

/** Writes the diagram of the tables; with `--check` only compares. */
const { options } = createDataSource({ databasePool: 1 }, 'postgres://unconnected.invalid/none');
const text = dataModelMarkdown(await new DescribedDataSource(options).describe());

process.exitCode = await writeGenerated(new Map([['docs/data-model.md', text]]), 'npm run data-model');
