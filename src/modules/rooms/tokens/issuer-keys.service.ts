import { Injectable, Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../../../common/errors/app-error.js';
import { fetchJson } from '../../../common/outbound/fetch-json.js';
import { OutboundAddresses } from '../../../common/outbound/outbound-addresses.js';
import { Seal } from '../../../common/security/seal.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { AppConfig } from '../../../config/app-config.js';
import { KeyRing } from '../../../config/key-ring.js';
import { type TokenIssuer } from '../../../entities/rooms/token-issuer.entity.js';

const LIMITS = { timeoutMs: 3_000, maxBytes: 65_536 };
const KEPT_MS = 600_000;
/** Minimum time between two fetches for one issuer that are caused by unknown key ids. */
const RENEW_MS = 30_000;
/** Wait after a failed fetch. */
const RETRY_MS = 5_000;
/** Issuers whose keys are cached; beyond that, those fetched longest ago are dropped. */
const MAX_KEPT = 1_000;

type IssuerKey = Uint8Array | JWTVerifyGetKey;

interface Kept {
  readonly keys: JWTVerifyGetKey | null;
  readonly fetchedAt: number;
  /** When they were last requested, even if in vain. */
  readonly askedAt: number;
}

/** The keys for checking tokens: unsealed secrets, registered public keys, or fetched ones. */
@Injectable()
export class IssuerKeys {
  readonly addresses: OutboundAddresses;
  private readonly logger = new Logger(IssuerKeys.name);
  private readonly kept = new Map<number, Kept>();
  private readonly underWay = new Map<number, Promise<Kept>>();
  readonly #seal: Seal;

  constructor(
    private readonly clock: MonotonicClock,
    config: AppConfig,
    keys: KeyRing,
  ) {
    this.addresses = new OutboundAddresses(config.http.outboundAllowedNetworks);
    this.#seal = new Seal(keys.derive('token-issuers'));
  }

  seal(secret: string): Buffer {
    return this.#seal.seal(secret);
  }

  /** @throws AppError `unavailable` when there are none right now */
  of(issuer: TokenIssuer): IssuerKey {
    if (issuer.secretSealed !== null) return this.secretOf(issuer, issuer.secretSealed);
    if (issuer.jwks !== null) return createLocalJWKSet(issuer.jwks as JSONWebKeySet);
    return async (header, token) => {
      const keys = await this.fetched(issuer);
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const renewed = await this.fetched(issuer, RENEW_MS);
        if (renewed === keys) throw error;
        return renewed(header, token);
      }
    };
  }

  forget(issuerId: number): void {
    this.kept.delete(issuerId);
  }

  private secretOf({ id }: TokenIssuer, sealed: Buffer): Uint8Array {
    try {
      return Buffer.from(this.#seal.open(sealed), 'utf8');
    } catch {
      // It was registered under another SECRET_KEY.
      this.logger.error(`the secret of token issuer ${id} cannot be decrypted; register the issuer again`);
      throw unavailable();
    }
  }

  /** The cached keys; fetched again if older than `maxAgeMs` and a fetch is due. */
  private async fetched(issuer: TokenIssuer, maxAgeMs = KEPT_MS): Promise<JWTVerifyGetKey> {
    const { id } = issuer;
    let kept = this.kept.get(id);
    if (kept === undefined || this.isDue(kept, maxAgeMs)) {
      let fetching = this.underWay.get(id);
      if (fetching === undefined) {
        fetching = this.fetch(issuer).finally(() => this.underWay.delete(id));
        this.underWay.set(id, fetching);
      }
      kept = await fetching;
    }
    if (kept.keys === null || this.clock.elapsed() - kept.fetchedAt >= KEPT_MS) throw unavailable();
    return kept.keys;
  }

  private isDue({ fetchedAt, askedAt }: Kept, maxAgeMs: number): boolean {
    const now = this.clock.elapsed();
    return now - fetchedAt >= maxAgeMs && now - askedAt >= (maxAgeMs === RENEW_MS ? RENEW_MS : RETRY_MS);
  }

  private async fetch({ id, jwksUrl }: TokenIssuer): Promise<Kept> {
    const askedAt = this.clock.elapsed();
    let kept: Kept = { ...(this.kept.get(id) ?? { keys: null, fetchedAt: -Infinity }), askedAt };
    try {
      const jwks = await fetchJson(new URL(jwksUrl ?? ''), this.addresses, LIMITS);
      kept = { keys: createLocalJWKSet(jwks as JSONWebKeySet), fetchedAt: askedAt, askedAt };
    } catch (error) {
      this.logger.warn(`the keys of token issuer ${id} could not be fetched: ${(error as Error).message}`);
    }
    this.kept.delete(id);
    this.kept.set(id, kept);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return kept;
  }
}

const unavailable = (): AppError =>
  new AppError('unavailable', 'The keys of the issuer cannot be fetched right now.', { retryAfterSeconds: 5 });
