import { crc32 } from 'node:zlib';
import { sha256 } from '../../../common/security/digest.js';
import { randomText } from '../../../common/security/random.js';

/** What secret scanners look for. */
const MARK = 'sbk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 256 bits. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
/** Shown for telling keys apart; what stays hidden is more than nobody can guess. */
const PREFIX_LENGTH = 12;
const FORM = new RegExp(`^${MARK}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/** A new key, and what is kept of it. */
export interface NewSecret {
  readonly key: string;
  readonly digest: Buffer;
  readonly prefix: string;
}

/** `sbk_`, 43 random letters and digits, and a checksum of all of that: letters, digits and `_`, so one word to a double click. */
export function newMachineKey(): NewSecret {
  const body = MARK + randomText(ALPHABET, RANDOM_LENGTH);
  const key = body + checksum(body);
  return { key, digest: sha256(key), prefix: key.slice(0, PREFIX_LENGTH) };
}

/** Whether somebody means a token as a machine key. */
export const isMachineKey = (token: string): boolean => token.startsWith(MARK);

/** Whether a key was written down completely and rightly; no database is needed to tell. */
export function isWellFormed(key: string): boolean {
  return FORM.test(key) && checksum(key.slice(0, -CHECKSUM_LENGTH)) === key.slice(-CHECKSUM_LENGTH);
}

/** CRC-32 in base 62, padded with zeros. */
function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}
