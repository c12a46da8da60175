import { type ClientBase } from 'pg';

const MARK = '/* prepared */ ';
const names = new Map<string, string>();

/**
 * Marks a statement that each connection parses and plans only once. Use it for constant texts, of which there are few.
 * Result types must outlast migrations, which run while older nodes are serving: select a `varchar` that may become
 * longer as text.
 */
export const prepared = (text: string): string => MARK + text;

/** Makes a connection keep the statements marked as `prepared`. */
export function keepPrepared(client: ClientBase): void {
  const send = client.query.bind(client) as (...args: unknown[]) => unknown;
  const query = (statement: unknown, ...rest: unknown[]) =>
    send(typeof statement === 'string' && statement.startsWith(MARK) ? named(statement) : statement, ...rest);
  // Writable, because whoever monitors statements may wrap it again.
  Object.defineProperty(client, 'query', { value: query, writable: true, configurable: true });
}

function named(text: string): { readonly name: string; readonly text: string } {
  const name = names.get(text) ?? `prepared-${names.size}`;
  names.set(text, name);
  return { name, text };
}
