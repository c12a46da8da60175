import { Injectable } from '@nestjs/common';
import { type HolderPrincipal } from '../principals/bearer-principal.js';

/** @throws AppError `unauthenticated` when the token is unknown or no longer valid */
export type TokenVerifier = (token: string) => Promise<HolderPrincipal>;

interface Feature {
  readonly looksLike: RegExp;
  readonly verify: TokenVerifier;
  /** Whether they can only be exchanged for tickets. */
  readonly ticketsOnly: boolean;
}

/**
 * Bearer tokens issued by features, which routes with `AnyBearer` accept besides access tokens. Each feature registers
 * what its tokens look like; auth itself knows no features.
 */
@Injectable()
export class FeatureTokens {
  private readonly features: Feature[] = [];

  register(looksLike: RegExp, verify: TokenVerifier, { ticketsOnly = false } = {}): void {
    this.features.push({ looksLike, verify, ticketsOnly });
  }

  /** @returns `undefined` when no feature's tokens look like this one */
  verifierOf(token: string, forTicket: boolean): TokenVerifier | undefined {
    return this.features.find(({ looksLike, ticketsOnly }) => (forTicket || !ticketsOnly) && looksLike.test(token))
      ?.verify;
  }
}
