import { Injectable } from '@nestjs/common';
import { Seal } from '../../../common/security/seal.js';
import { Clock } from '../../../common/time/clock.js';
import { KeyRing } from '../../../config/key-ring.js';

/** A sign-in that a browser has begun: what the answer of the provider is compared with. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  /** PKCE. */
  readonly verifier: string;
  readonly redirectUri: string;
  /** A path of ours. */
  readonly returnTo: string;
  /** Unix milliseconds. */
  readonly until: number;
}

/** Seconds that somebody may take at the provider. */
export const SIGN_IN_SECONDS = 600;
/** Tabs of one browser that may be at the provider at a time. */
const MOST = 3;
/** Of a cookie that is worth opening. */
const MAX_LENGTH = 8_000;

/**
 * What a browser has begun, sealed into a cookie of its own: any node can read it, no page and no other browser can, and
 * it cannot be made up.
 */
@Injectable()
export class PendingSignIns {
  private readonly seal: Seal;

  constructor(
    private readonly clock: Clock,
    keys: KeyRing,
  ) {
    this.seal = new Seal(keys.derive('oidc-sign-in'));
  }

  /** @param cookie what the browser brought @returns those that have not expired */
  read(cookie: string | undefined): PendingSignIn[] {
    if (cookie === undefined || cookie.length > MAX_LENGTH) return [];
    try {
      const pending = JSON.parse(this.seal.open(Buffer.from(cookie, 'base64url'))) as PendingSignIn[];
      return pending.filter(({ until }) => until > this.clock.now());
    } catch {
      return [];
    }
  }

  /** @returns the cookie with one more */
  add(cookie: string | undefined, begun: Omit<PendingSignIn, 'until'>): string {
    return this.write([...this.read(cookie), { ...begun, until: this.clock.now() + SIGN_IN_SECONDS * 1_000 }]);
  }

  /** For the cookie; the oldest make way. */
  write(pending: readonly PendingSignIn[]): string {
    return this.seal.seal(JSON.stringify(pending.slice(-MOST))).toString('base64url');
  }
}
