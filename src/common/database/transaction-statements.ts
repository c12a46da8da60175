import pg, { type ClientBase, type Connection, type QueryConfig } from 'pg';
import { configOf } from './prepared.js';

const MARK = '/* then commit */ ';
/** Each connection keeps both prepared, so running one takes two messages behind or before those of a statement. */
const BEGIN: QueryConfig = { name: 'begin', text: 'START TRANSACTION' };
const COMMIT: QueryConfig = { name: 'commit', text: 'COMMIT' };
const NOTHING = { command: null, rowCount: null, rows: [] };

/** Marks the last statement of a transaction, which commits in the same round trip if it succeeds. Needs parameters. */
export const thenCommit = (statement: string): string => MARK + statement;

/** The part of pg's query that its types leave out. */
interface QueryInternals {
  submit(connection: Connection): Error | null;
  handleCommandComplete(message: unknown, connection: Connection): void;
}

/**
 * Saves round trips of a connection's transactions. BEGIN is sent together with the first statement, and COMMIT together
 * with one marked by `thenCommit`. Callers, such as TypeORM, still send START TRANSACTION and COMMIT as usual. A transaction
 * without statements never reaches the server. Statements marked as `prepared` are kept.
 */
export async function joinTransactions(client: ClientBase): Promise<void> {
  const send = client.query.bind(client) as (...args: unknown[]) => unknown;
  await send(BEGIN);
  await send(COMMIT);
  /** START TRANSACTION was requested, and no statement has followed yet. */
  let isDue = false;
  /** The last statement has committed the transaction; COMMIT is yet to be requested. */
  let isOver = false;

  const query = (statement: unknown, ...rest: unknown[]): unknown => {
    if (statement === BEGIN.text) {
      [isDue, isOver] = [true, false];
      return Promise.resolve(NOTHING);
    }
    if ((isDue || isOver) && (statement === COMMIT.text || statement === 'ROLLBACK')) {
      [isDue, isOver] = [false, false];
      return Promise.resolve(NOTHING);
    }
    const begins = isDue;
    isDue = false;
    const [values] = rest;
    if (typeof statement === 'string' && Array.isArray(values) && values.length > 0) {
      const commits = statement.startsWith(MARK);
      if (!begins && !commits) return send(configOf(statement), values);
      const config = configOf(commits ? statement.slice(MARK.length) : statement);
      return joined(send, config, values, begins, commits).then((result) => {
        isOver = commits;
        return result;
      });
    }
    // Without parameters it may be several statements, which need the simple protocol.
    const sendIt = () => send(typeof statement === 'string' ? configOf(statement) : statement, ...rest);
    return begins ? Promise.resolve(send(BEGIN)).then(sendIt) : sendIt();
  };
  // Whoever watches statements may wrap it again.
  Object.defineProperty(client, 'query', { value: query, writable: true, configurable: true });
}

/** Sends a statement together with the beginning or the end of its transaction. */
function joined(
  send: (query: unknown) => unknown,
  config: QueryConfig,
  values: unknown[],
  begins: boolean,
  commits: boolean,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(config, values, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
    const internals: QueryInternals = query as pg.Query & QueryInternals;
    const submit = internals.submit.bind(internals);
    const complete = internals.handleCommandComplete.bind(internals);
    let completed = 0;
    Object.assign(query, {
      submit(connection: Connection): Error | null {
        connection.stream.cork();
        try {
          if (begins) run(connection, BEGIN);
          return submit(commits ? committing(connection) : connection);
        } finally {
          connection.stream.uncork();
        }
      },
      handleCommandComplete(message: unknown, connection: Connection): void {
        completed++;
        // The completions of BEGIN and COMMIT are not the statement's.
        if (completed === (begins ? 2 : 1)) complete(message, connection);
      },
    });
    send(query);
  });
}

/** Like `connection`, but sends COMMIT after the execution; the server skips it if the statement fails. */
function committing(connection: Connection): Connection {
  const execute: Connection['execute'] = (...args) => {
    connection.execute(...args);
    run(connection, COMMIT);
  };
  return Object.create(connection, { execute: { value: execute } }) as Connection;
}

function run(connection: Connection, { name = '' }: QueryConfig): void {
  connection.bind({ statement: name, values: [] }, true);
  connection.execute({}, true);
}
