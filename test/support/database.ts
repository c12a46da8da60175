import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type DataSource } from 'typeorm';
import { inject } from 'vitest';
import { createDataSource } from '../../ormconfig.js';

export interface TestDatabase {
  readonly url: string;
  /** A new connected DataSource, closed by `drop`. */
  connect(): Promise<DataSource>;
  /** Closes what `connect` returned and removes the database. */
  drop(): Promise<void>;
}

/**
 * A new database: a migrated copy of the global setup's template, or, on request, an empty one with an encoding that
 * cannot hold all text.
 */
export async function createTestDatabase(state: 'migrated' | 'blank' | 'latin' = 'migrated'): Promise<TestDatabase> {
  const name = `switchboard_test_${randomBytes(6).toString('hex')}`;
  const template = state === 'migrated' ? inject('databaseTemplate') : 'template0';
  const latin = state === 'latin' ? `ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc` : '';
  // Copies files as they are: with fsync off, that takes half as long as writing them to the log.
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
