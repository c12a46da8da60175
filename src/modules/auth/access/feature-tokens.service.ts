import { Injectable } from '@nestjs/common';
import { type HolderPrincipal } from '../principals/bearer-principal.js';

/** @throws AppError `unauthenticated` when the token is nobody's, or not any more */
export type TokenVerifier = (token: string) => Promise<HolderPrincipal>;

interface Feature {
  readonly looksLike: RegExp;
  readonly verify: TokenVerifier;
  /** They only get tickets for their sockets. */
  readonly ticketsOnly: boolean;
}

/**
 * Bearer tokens that features hand out and that routes marked `AnyBearer` take beside access tokens. A feature registers
 * what its tokens look like; auth itself knows no feature.
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
