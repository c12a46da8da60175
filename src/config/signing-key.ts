import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * The key that signs the seals of the audit log.
 * @param file unencrypted PEM; `undefined` = none
 * @throws Error with the reason, which quotes nothing from the file
 */
export function readSigningKey(file: string | undefined): KeyObject | undefined {
  if (file === undefined) return undefined;
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    throw new Error(`cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}, ${file}`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error('holds no unencrypted private key in PEM form');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('must be an Ed25519 key');
  return key;
}

export function signingKeyFault(file: string): string | undefined {
  try {
    readSigningKey(file);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
