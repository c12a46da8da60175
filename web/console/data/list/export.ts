import { type ListPage, type Paging } from './paging.js';

/** More rows than this should be read over the API. */
const MOST = 100_000;

/**
 * Saves every item of a list as a file.
 * @returns how many there were
 */
export async function exportList<T>(
  name: string,
  format: 'csv' | 'json',
  load: (paging: Paging) => Promise<ListPage<T>>,
): Promise<number> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: ListPage<T> = await load({ limit: 200, ...(cursor !== null && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < MOST);
  const text = format === 'json' ? JSON.stringify(items, null, 2) : csv(items.map((item) => flatten(item)));
  save(`${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${format}`, text);
  return items.length;
}

/** Saves a text as a file, through the browser. */
export function save(fileName: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}

type Flat = Readonly<Record<string, string>>;

/** `{a: {b: 1}}` becomes `{'a.b': '1'}`; lists stay JSON. */
export function flatten(value: unknown, path = ''): Flat {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { [path]: typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value) };
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      Object.entries(flatten(member, path === '' ? name : `${path}.${name}`)),
    ),
  );
}

/** RFC 4180, with a header line. */
export function csv(rows: readonly Flat[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
  return lines.map((line) => line.map(quoted).join(',') + '\r\n').join('');
}

/** Spreadsheets would run what looks like a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
