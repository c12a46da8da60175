import { readFileSync } from 'node:fs';
import path from 'node:path';

const DOCS = path.resolve(import.meta.dirname, '../../docs');

/** The programs of a page of the documentation: code blocks that are headed by a file name. */
export function examplesOf(page: string): Map<string, string> {
  const text = readFileSync(path.join(DOCS, page), 'utf8');
  const blocks = text.matchAll(/^```(?:js|python) (\S+)\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
}
