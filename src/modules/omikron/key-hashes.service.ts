import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { digestsEqual } from '../../common/security/digest.js';
import { KeyRing } from '../../config/key-ring.js';

const SHA256_HEX = /^[0-9a-f]{64}$/i;

/**
 * The hashes by which clients prove their user. A hash is enough to log in, so only a keyed digest of it is stored:
 * without the server's secret key, the table gives nothing away.
 */
@Injectable()
export class KeyHashes {
  private readonly key: Buffer;

  constructor(keys: KeyRing) {
    this.key = keys.derive('omikron-key-hashes');
  }

  /** @param hash 64 hexadecimal digits in any case; the digest of anything else is `undefined` */
  digest(hash: unknown): Buffer | undefined {
    if (typeof hash !== 'string' || !SHA256_HEX.test(hash)) return undefined;
    return createHmac('sha256', this.key).update(Buffer.from(hash, 'hex')).digest();
  }

  /** Compares in constant time. */
  matches(hash: unknown, digest: Buffer): boolean {
    const own = this.digest(hash);
    return own !== undefined && digestsEqual(own, digest);
  }
}
