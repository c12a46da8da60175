import { randomBytes } from 'node:crypto';

const BYTES = 32;

/**
 * A refresh token: 256 bits that identify the login (its handle, the same for the whole login), and 256 bits that
 * change at each refresh. Only digests are stored. A known handle with another secret is a token that was used before;
 * because handles cannot be guessed, nobody else can end a login that way.
 */
export interface RefreshToken {
  readonly handle: Buffer;
  readonly secret: Buffer;
}

/** The first token of a login. */
export function newRefreshToken(): RefreshToken {
  return { handle: randomBytes(BYTES), secret: randomBytes(BYTES) };
}

export function formatRefreshToken(token: RefreshToken): string {
  return Buffer.concat([token.handle, token.secret]).toString('base64url');
}

/** @returns `undefined` when `text` is not one of our tokens */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (!/^[A-Za-z0-9_-]{86}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return { handle: bytes.subarray(0, BYTES), secret: bytes.subarray(BYTES) };
}

/** An access token, its lifetime in seconds, and the refresh token for the next pair. */
export interface TokenPair {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
}
