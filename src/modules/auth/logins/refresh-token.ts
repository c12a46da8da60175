import { randomBytes } from 'node:crypto';

const BYTES = 32;

/**
 * A refresh token: 256 bits that name the login (its handle, the same for the whole login) and 256 bits that change at
 * each refresh. Only their digests are stored. Whoever brings a known handle with another secret brings a token that
 * was used before; handles cannot be guessed, so nobody else can end a login that way.
 */
export interface RefreshToken {
  readonly handle: Buffer;
  readonly secret: Buffer;
}

/** The first one of a login. */
export function newRefreshToken(): RefreshToken {
  return { handle: randomBytes(BYTES), secret: randomBytes(BYTES) };
}

export function formatRefreshToken(token: RefreshToken): string {
  return Buffer.concat([token.handle, token.secret]).toString('base64url');
}

/** `undefined` when `text` is no token of ours. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (!/^[A-Za-z0-9_-]{86}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return { handle: bytes.subarray(0, BYTES), secret: bytes.subarray(BYTES) };
}

/** Access token (seconds to live) and the refresh token that gets the next pair. */
export interface TokenPair {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
}
