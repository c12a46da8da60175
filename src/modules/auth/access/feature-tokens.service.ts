import { Injectable } from '@nestjs/common';
import { type BearerPrincipal } from '../principals/bearer-principal.js';

/** @throws AppError `unauthenticated` when the token is nobody's, or not any more */
export type TokenVerifier = (token: string) => Promise<BearerPrincipal>;

/**
 * Bearer tokens that features hand out and that routes marked `AnyBearer` take beside access tokens. A feature registers
 * the prefix its tokens begin with; auth itself knows no feature.
 */
@Injectable()
export class FeatureTokens {
  private readonly verifiers = new Map<string, TokenVerifier>();

  register(prefix: string, verify: TokenVerifier): void {
    this.verifiers.set(prefix, verify);
  }

  /** @returns `undefined` when no feature's tokens look like this one */
  verifierOf(token: string): TokenVerifier | undefined {
    for (const [prefix, verify] of this.verifiers) if (token.startsWith(prefix)) return verify;
    return undefined;
  }
}
