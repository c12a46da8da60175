import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { sha256 } from '../../../common/security/digest.js';
import { Seal } from '../../../common/security/seal.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { DegradableStore } from '../../realtime/resilience/degradable-store.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { type RefreshToken, type TokenPair } from './refresh-token.js';
import { storeKey, type StoreKey } from '../../realtime/ports/store-key.js';

/** How long a used refresh token still gets the pair that took its place. */
const KEPT_MS = 10_000;

interface Kept {
  readonly place: string;
  /** Base64. */
  readonly sealed: string;
}

/**
 * What takes the place of refresh tokens, for a moment: two tabs that refresh at the same time, on whichever nodes, get
 * the same. Only the old token opens it.
 */
@Injectable()
export class RefreshSuccessors {
  private readonly store: DegradableStore;

  constructor(store: EphemeralStore, clock: MonotonicClock) {
    this.store = new DegradableStore(store, clock);
  }

  /** Keeps `successor` unless there is one. @returns the one there is, `undefined` when that is for another address */
  async keep(token: RefreshToken, address: string, successor: TokenPair): Promise<TokenPair | undefined> {
    const sealed = sealOf(token).seal(JSON.stringify(successor)).toString('base64');
    const isFirst = await this.store.claim(keyOf(token), { place: addressKey(address), sealed }, { ttlMs: KEPT_MS });
    return isFirst ? successor : this.find(token, address);
  }

  /** @returns `undefined` when there is none, or none for this address */
  async find(token: RefreshToken, address: string): Promise<TokenPair | undefined> {
    const kept = await this.store.get(keyOf(token));
    if (kept?.place !== addressKey(address)) return undefined;
    return JSON.parse(sealOf(token).open(Buffer.from(kept.sealed, 'base64'))) as TokenPair;
  }
}

const keyOf = ({ handle, secret }: RefreshToken): StoreKey<Kept> =>
  storeKey('refreshed', sha256(handle).toString('base64url'), sha256(secret).toString('base64url'));

/** The store knows the digest of the secret, which is another one. */
const sealOf = ({ secret }: RefreshToken): Seal =>
  new Seal(createHash('sha256').update('refresh-successor').update(secret).digest());
