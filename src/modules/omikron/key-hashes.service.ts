import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { digestsEqual } from '../../common/security/digest.js';
import { KeyRing } from '../../config/key-ring.js';

const SHA256_HEX = /^[0-9a-f]{64}$/i;

/**
 * The hashes clients prove themselves with. Whoever has one can log in with it, so only a keyed digest of it is stored:
 * without the server's secret key the table gives nothing away.
 */
@Injectable()
export class KeyHashes {
  private readonly key: Buffer;

  constructor(keys: KeyRing) {
    this.key = keys.derive('omikron-key-hashes');
  }

  /** @param hash 64 hexadecimal digits in any case; `undefined` for everything else */
  digest(hash: unknown): Buffer | undefined {
    if (typeof hash !== 'string' || !SHA256_HEX.test(hash)) return undefined;
    return createHmac('sha256', this.key).update(Buffer.from(hash, 'hex')).digest();
  }

  /** In constant time. */
  matches(hash: unknown, digest: Buffer): boolean {
    const own = this.digest(hash);
    return own !== undefined && digestsEqual(own, digest);
  }
}
