import { Injectable } from '@nestjs/common';
import { Seal } from '../../../common/security/seal.js';
import { Clock } from '../../../common/time/clock.js';
import { KeyRing } from '../../../config/key-ring.js';

/** A sign-in that a browser has begun, to compare the provider's answer with. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  /** The PKCE code verifier. */
  readonly verifier: string;
  readonly redirectUri: string;
  /** A path on this server. */
  readonly returnTo: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Seconds that somebody may take at the provider. */
export const SIGN_IN_SECONDS = 600;
/** Tabs of one browser that may be signing in at the same time. */
const MOST = 3;
/** Longer cookies are ignored. */
const MAX_LENGTH = 8_000;

/**
 * A browser's pending sign-ins, sealed into a cookie: any node can read it, no page and no other browser can, and it
 * cannot be forged.
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

  /** @param cookie what the browser sent @returns the sign-ins that have not expired */
  read(cookie: string | undefined): PendingSignIn[] {
    if (cookie === undefined || cookie.length > MAX_LENGTH) return [];
    try {
      const pending = JSON.parse(this.seal.open(Buffer.from(cookie, 'base64url'))) as PendingSignIn[];
      return pending.filter(({ until }) => until > this.clock.now());
    } catch {
      return [];
    }
  }

  /** @returns the cookie with one more sign-in */
  add(cookie: string | undefined, begun: Omit<PendingSignIn, 'until'>): string {
    return this.write([...this.read(cookie), { ...begun, until: this.clock.now() + SIGN_IN_SECONDS * 1_000 }]);
  }

  /** The cookie for these sign-ins, of which only the latest are kept. */
  write(pending: readonly PendingSignIn[]): string {
    return this.seal.seal(JSON.stringify(pending.slice(-MOST))).toString('base64url');
  }
}
