import { hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a high-entropy secret, the form in which tokens are stored and looked up. */
export function sha256(secret: string | Uint8Array): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Compares two digests in constant time; digests of different lengths are unequal. */
export function digestsEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
