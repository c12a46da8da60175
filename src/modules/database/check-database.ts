import { type DataSource } from 'typeorm';
import { BootError } from '../../common/errors/boot-error.js';

/**
 * Refuses a database that would only fail later, during operation.
 * @param dataSource connected, with at least two connections
 * @throws BootError in one sentence
 */
export async function checkDatabase(dataSource: DataSource): Promise<void> {
  const [{ encoding }] = await dataSource.query<[{ encoding: string }]>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  if (encoding !== 'UTF8') {
    throw new BootError(
      `The database has the encoding ${encoding}, which cannot hold all text: make one with ` +
        `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
  if (await isSharedBetweenTransactions(dataSource)) {
    throw new BootError(
      `The database is behind a pooler that hands its connections on after each transaction, which advisory ` +
        'locks and settings do not survive: use its session mode, or connect directly.',
    );
  }
}

/** Whether two connections open at the same time are one and the same on the server. */
async function isSharedBetweenTransactions(dataSource: DataSource): Promise<boolean> {
  const connections = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
  try {
    const processes = new Set<number>();
    for (const connection of connections) await connection.connect();
    for (const connection of connections) {
      const [{ pid }] = (await connection.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
      processes.add(pid);
    }
    return processes.size < connections.length;
  } finally {
    for (const connection of connections) await connection.release();
  }
}
