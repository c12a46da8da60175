import { type ClientBase } from 'pg';
import { DataSource } from 'typeorm';
import { joinTransactions } from './src/common/database/transaction-statements.js';
import { type StorageSection } from './src/config/app-config.js';
import { loadConfig } from './src/config/load-config.js';
import { ENTITIES } from './src/entities/index.js';
import { MIGRATIONS } from './src/entities/migrations/index.js';

/** Milliseconds. A statement of the server never takes long on purpose; what takes longer is given up. */
const STATEMENT_TIMEOUT = 10_000;
const SESSION_SETTINGS = `SET statement_timeout = ${STATEMENT_TIMEOUT}; SET idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT}`;
/** Milliseconds for a free pool place or a new connection; then the caller hears that the database is away. */
const CONNECT_TIMEOUT = 5_000;

/**
 * The one definition of the database connection, for the app, its migrations, the tests and the TypeORM command line.
 * Not connected yet. `url` may hold a password: it must not be logged.
 */
export function createDataSource(storage: Pick<StorageSection, 'databasePool'>, url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [...ENTITIES],
    migrations: [...MIGRATIONS],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    // Queries are not logged, and errors reach the log through the filters, without parameters.
    logging: false,
    applicationName: 'switchboard',
    connectTimeoutMS: CONNECT_TIMEOUT,
    poolSize: storage.databasePool,
    extra: {
      // Not as start parameters, which poolers refuse.
      onConnect: async (client: ClientBase) => {
        await client.query(SESSION_SETTINGS);
        await joinTransactions(client);
      },
      // The client's own clock: a frozen server or a cut cable answers no statement_timeout.
      query_timeout: STATEMENT_TIMEOUT + 2_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    },
  });
}

function commandLineDataSource(): DataSource {
  const { storage } = loadConfig();
  if (!storage.databaseUrl) {
    throw new Error(
      'Set DATABASE_URL for the TypeORM command line, or use the npm scripts migration:generate, :run, :check.',
    );
  }
  return createDataSource(storage, storage.databaseUrl);
}

/** For `typeorm -d dist/ormconfig.js`, which awaits it. Lazy: importing this file must not read the environment. */
const dataSource: PromiseLike<DataSource> = {
  then: (resolve, reject) => Promise.resolve().then(commandLineDataSource).then(resolve, reject),
};
export default dataSource;
