import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { digestsEqual, sha256 } from '../../../common/security/digest.js';
import { Clock } from '../../../common/time/clock.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { KeyRing } from '../../../config/key-ring.js';
import { type Login } from '../../../entities/accounts/login.entity.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { storeKey, type StoreKey } from '../../realtime/ports/store-key.js';
import { DegradableStore } from '../../realtime/resilience/degradable-store.js';
import { type RefreshToken } from './refresh-token.js';

/** How long a used refresh token still gets the pair that took its place. */
const KEPT_MS = 10_000;
/** Of an access token's id. */
const ID_BYTES = 16;

/** Where and when a login gave out tokens last, and what its refresh token is since. */
type GivenOut = Pick<Login, 'secretDigest' | 'address' | 'lastUsedAt'>;

interface Use {
  readonly place: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * What takes the place of refresh tokens. It follows from the old one and a key of ours: two tabs that refresh at the same
 * time get the same on whichever nodes, which need to share nothing for that but the database. When a successor was used, too,
 * the row of the login says nothing of the token before; then what the nodes remember counts.
 */
@Injectable()
export class RefreshSuccessors {
  readonly #key: Buffer;
  private readonly store: DegradableStore;

  constructor(
    keys: KeyRing,
    store: EphemeralStore,
    monotonic: MonotonicClock,
    private readonly clock: Clock,
  ) {
    this.#key = keys.derive('refresh-successors');
    this.store = new DegradableStore(store, monotonic);
  }

  of(token: RefreshToken): RefreshToken {
    return { handle: token.handle, secret: this.follow('secret', token) };
  }

  /** Id of the access token that is given out along with the successor of `token`. */
  accessIdOf(token: RefreshToken): string {
    return this.follow('access', token).subarray(0, ID_BYTES).toString('base64url');
  }

  /** Whether `token`, used before, took the place that the login is in, a moment ago and at this address. */
  isFresh(login: GivenOut, token: RefreshToken, address: string): boolean {
    if (!digestsEqual(login.secretDigest, sha256(this.of(token).secret))) return false;
    if (login.address === null || addressKey(login.address) !== addressKey(address)) return false;
    // The clock of the node that gave it out may be ahead of ours.
    return Math.abs(this.clock.now() - login.lastUsedAt.getTime()) < KEPT_MS;
  }

  async remember(token: RefreshToken, address: string, at: Date): Promise<void> {
    await this.store.claim(keyOf(token), { place: addressKey(address), at: at.getTime() }, { ttlMs: KEPT_MS });
  }

  /** When `token` was used, if that was a moment ago and at this address. @param login as it is since */
  async usedAt(token: RefreshToken, address: string, login: GivenOut): Promise<Date | undefined> {
    if (this.isFresh(login, token, address)) return login.lastUsedAt;
    const use = await this.store.get(keyOf(token));
    return use?.place === addressKey(address) ? new Date(use.at) : undefined;
  }

  private follow(purpose: string, { handle, secret }: RefreshToken): Buffer {
    return createHmac('sha256', this.#key).update(purpose).update(handle).update(secret).digest();
  }
}

const keyOf = ({ handle, secret }: RefreshToken): StoreKey<Use> =>
  storeKey('refreshed', sha256(handle).toString('base64url'), sha256(secret).toString('base64url'));
