import { CLOSE_LIST, COMMA, OPEN_LIST, skipSpace, skipValue } from './json-scan.js';

/**
 * The unparsed texts of the elements of a JSON array.
 * @returns `null` if `bytes` is not exactly one JSON array
 */
export function arrayElements(bytes: Buffer): Buffer[] | null {
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_LIST) return null;
  const elements: Buffer[] = [];
  at = skipSpace(bytes, at + 1);
  while (bytes[at] !== CLOSE_LIST) {
    if (elements.length > 0) {
      if (bytes[at] !== COMMA) return null;
      at = skipSpace(bytes, at + 1);
    }
    const end = skipValue(bytes, at);
    if (end < 0) return null;
    elements.push(bytes.subarray(at, end));
    at = skipSpace(bytes, end);
  }
  return skipSpace(bytes, at + 1) === bytes.length ? elements : null;
}
