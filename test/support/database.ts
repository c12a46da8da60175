import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type DataSource } from 'typeorm';
import { inject } from 'vitest';
import { createDataSource } from '../../ormconfig.js';

export interface TestDatabase {
  readonly url: string;
  /** A connected DataSource of its own; ended by `drop`. */
  connect(): Promise<DataSource>;
  /** Ends what `connect` made and removes the database. */
  drop(): Promise<void>;
}

/**
 * A fresh database: a migrated copy of the template that the global setup made, or one in which no migration ran,
 * with an encoding that does not hold all text if that is asked for.
 */
export async function createTestDatabase(state: 'migrated' | 'blank' | 'latin' = 'migrated'): Promise<TestDatabase> {
  const name = `switchboard_test_${randomBytes(6).toString('hex')}`;
  const template = state === 'migrated' ? inject('databaseTemplate') : 'template0';
  const latin = state === 'latin' ? `ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc` : '';
  // Its files are copied as they are: with fsync off that takes half as long as writing them to the log.
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY ${latin}`);
  const url = new URL(inject('databaseServer'));
  url.pathname = `/${name}`;
  const sources: DataSource[] = [];
  return {
    url: url.href,
    connect: async () => {
      const dataSource = await createDataSource({ databasePool: 5 }, url.href).initialize();
      sources.push(dataSource);
      return dataSource;
    },
    drop: async () => {
      for (const source of sources) if (source.isInitialized) await source.destroy();
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('databaseServer') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
