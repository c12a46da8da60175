import { sha256 } from '../../../common/security/digest.js';
import { randomText } from '../../../common/security/random.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 100;
const CODE = new RegExp(`^[A-Za-z0-9]{${LENGTH}}$`);

export const newEndpointCode = (): string => randomText(ALPHABET, LENGTH);

/** The digest by which an endpoint is found; `undefined` when `code` cannot be one. */
export function codeDigest(code: string): Buffer | undefined {
  return CODE.test(code) ? sha256(code) : undefined;
}
