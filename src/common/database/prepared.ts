import { type QueryConfig } from 'pg';

const MARK = '/* prepared */ ';
const names = new Map<string, string>();

/**
 * Marks a statement that each connection parses and plans only once. Use it for constant texts, of which there are few.
 * Result types must outlast migrations, which run while older nodes are serving: select a `varchar` that may become
 * longer as text.
 */
export const prepared = (text: string): string => MARK + text;

/** What a statement is sent as. */
export function configOf(statement: string): QueryConfig {
  return statement.startsWith(MARK) ? named(statement) : { text: statement };
}

function named(text: string): QueryConfig {
  const name = names.get(text) ?? `prepared-${names.size}`;
  names.set(text, name);
  return { name, text };
}
