import { hkdfSync } from 'node:crypto';
import { BootError } from '../common/errors/boot-error.js';
import { randomToken } from '../common/security/random.js';
import { type AppConfig } from './app-config.js';
import { prepareDataDir, secretFile } from './data-dir.js';

const MIN_BYTES = 32;

/**
 * Keys derived from the secret key (`SECRET_KEY`, otherwise generated once into `DATA_DIR/secret-key`), each bound to a
 * purpose, so that a signature or sealed text for one purpose is worthless for another.
 */
export class KeyRing {
  readonly #secret: Buffer;

  constructor(secret: string) {
    this.#secret = Buffer.from(secret, 'utf8');
    if (this.#secret.length < MIN_BYTES) throw new BootError(`The secret key must be at least ${MIN_BYTES} bytes long`);
  }

  /** @throws BootError when there is no usable key */
  static open(config: AppConfig): KeyRing {
    if (config.accounts.secretKey) return new KeyRing(config.accounts.secretKey);
    prepareDataDir(config.storage.dataDir);
    return new KeyRing(secretFile(config.storage.dataDir, 'secret-key', () => randomToken(48)));
  }

  /** `length` bytes for `purpose` (e.g. `jwt`, `endpoint-codes`); always the same for the same secret key. */
  derive(purpose: string, length = 32): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `switchboard/${purpose}`, length));
  }
}
