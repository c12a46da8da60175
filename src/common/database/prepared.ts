import { type ClientBase } from 'pg';

const MARK = '/* prepared */ ';
const names = new Map<string, string>();

/**
 * A statement that a connection parses and plans once. For constant texts, of which there are few. What it answers must have
 * types that outlast migrations, which run while older nodes serve: a `varchar` that may get longer is asked for as text.
 */
export const prepared = (text: string): string => MARK + text;

/** Has a connection keep what is `prepared`. */
export function keepPrepared(client: ClientBase): void {
  const send = client.query.bind(client) as (...args: unknown[]) => unknown;
  const query = (statement: unknown, ...rest: unknown[]) =>
    send(typeof statement === 'string' && statement.startsWith(MARK) ? named(statement) : statement, ...rest);
  // Whoever watches statements may wrap it again.
  Object.defineProperty(client, 'query', { value: query, writable: true, configurable: true });
}

function named(text: string): { readonly name: string; readonly text: string } {
  const name = names.get(text) ?? `prepared-${names.size}`;
  names.set(text, name);
  return { name, text };
}
