import { crc32 } from 'node:zlib';
import { sha256 } from '../../../common/security/digest.js';
import { randomText } from '../../../common/security/random.js';

/** The prefix that secret scanners look for. */
const MARK = 'sbk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 256 bits. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
/** Shown to tell keys apart; the rest is still far too long to be guessed. */
const PREFIX_LENGTH = 12;
const FORM = new RegExp(`^${MARK}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/** A new key, and what is stored of it. */
export interface NewSecret {
  readonly key: string;
  readonly digest: Buffer;
  readonly prefix: string;
}

/** `sbk_`, 43 random letters and digits, and a checksum of all that: a single word, so a double click selects it. */
export function newMachineKey(): NewSecret {
  const body = MARK + randomText(ALPHABET, RANDOM_LENGTH);
  const key = body + checksum(body);
  return { key, digest: sha256(key), prefix: key.slice(0, PREFIX_LENGTH) };
}

/** Whether a token is meant to be a machine key. */
export const isMachineKey = (token: string): boolean => token.startsWith(MARK);

/** Whether a key was copied completely and correctly; needs no database. */
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
