import { randomUUID } from 'node:crypto';
import { sha256 } from '../../../common/security/digest.js';

/** A new token: a UUID of version 4, shown once. */
export const newServiceToken = (): string => randomUUID();

/** The form in which a token is stored and compared. @param token canonical, or as `newServiceToken` made it */
export const tokenDigest = (token: string): Buffer => sha256(token);

/** As we write it, and nearly everybody sends it. */
const CANONICAL = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * 32 characters that Python's `int(…, 16)` accepts, including a sign, a prefix, single underscores and outer white
 * space.
 */
const HEX_INTEGER = /^\s*\+?(?:0[xX]_?)?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)\s*$/u;

/**
 * The canonical (lower-case, dashed) form of a token in any spelling that Python's `uuid.UUID` accepts, which old
 * clients rely on; `undefined` for everything else, which can only be a public code.
 */
export function canonicalToken(text: string): string | undefined {
  if (CANONICAL.test(text)) return text;
  const bare = withoutBraces(text.replaceAll('urn:', '').replaceAll('uuid:', '')).replaceAll('-', '');
  // More than 64 code units cannot be 32 characters.
  if (bare.length < 32 || bare.length > 64 || Array.from(bare).length !== 32) return undefined;
  const digits = HEX_INTEGER.exec(bare)?.[1];
  if (digits === undefined) return undefined;
  const hex = digits.replaceAll('_', '').toLowerCase().padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const isBrace = (character: string | undefined): boolean => character === '{' || character === '}';

/** Strips all braces from both ends. A regular expression would take quadratic time on hostile text. */
function withoutBraces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBrace(text[start])) start++;
  while (end > start && isBrace(text[end - 1])) end--;
  return text.slice(start, end);
}
