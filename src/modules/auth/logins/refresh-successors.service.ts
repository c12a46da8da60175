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

/** How long a used refresh token can still be exchanged for the pair that replaced it. */
const KEPT_MS = 10_000;
/** Length of an access token's id. */
const ID_BYTES = 16;

/** When and where a login last issued tokens, and its refresh token since then. */
type GivenOut = Pick<Login, 'secretDigest' | 'address' | 'lastUsedAt'>;

interface Use {
  readonly place: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Computes the successors of refresh tokens. A successor is derived from the old token and a key of ours, so two tabs
 * that refresh at the same time get the same one, even on different nodes that share nothing but the database. Once the
 * successor has been used too, the login's row no longer tells about the token before it; then the nodes' shared memory
 * decides.
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

  /** Id of the access token that is issued along with the successor of `token`. */
  accessIdOf(token: RefreshToken): string {
    return this.follow('access', token).subarray(0, ID_BYTES).toString('base64url');
  }

  /** Whether the login's current token replaced `token` just now and at this address. */
  isFresh(login: GivenOut, token: RefreshToken, address: string): boolean {
    if (!digestsEqual(login.secretDigest, sha256(this.of(token).secret))) return false;
    if (login.address === null || addressKey(login.address) !== addressKey(address)) return false;
    // The clock of the node that issued it may be ahead of ours.
    return Math.abs(this.clock.now() - login.lastUsedAt.getTime()) < KEPT_MS;
  }

  async remember(token: RefreshToken, address: string, at: Date): Promise<void> {
    await this.store.claim(keyOf(token), { place: addressKey(address), at: at.getTime() }, { ttlMs: KEPT_MS });
  }

  /** When `token` was used, if that was just now and at this address. @param login its state since then */
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
