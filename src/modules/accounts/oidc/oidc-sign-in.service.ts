import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Caller } from '../../../common/context/request-context.js';
import { sha256 } from '../../../common/security/digest.js';
import { randomToken } from '../../../common/security/random.js';
import { AppConfig } from '../../../config/app-config.js';
import { type User } from '../../../entities/accounts/user.entity.js';
import { Refusals } from '../../audit/refusals.service.js';
import { type ProvenIdentity } from '../../auth/logins/logins.repository.js';
import { Logins } from '../../auth/logins/logins.service.js';
import { type TokenPair } from '../../auth/logins/refresh-token.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { type StoreKey, storeKey } from '../../realtime/ports/store-key.js';
import { OidcAccounts } from './oidc-accounts.service.js';
import { OidcProvider } from './oidc-provider.service.js';
import { OidcRefusal } from './oidc-refusal.js';
import { type PendingSignIn, PendingSignIns, SIGN_IN_SECONDS } from './pending-sign-ins.js';
import { roleOf } from './role-rules.js';

/** Seconds in which the page must exchange its code for tokens. */
const CODE_SECONDS = 60;
/** Longest query accepted from a provider. */
const MAX_QUERY = 8_000;

/** What a code can be exchanged for. */
interface Grant {
  readonly proven: ProvenIdentity;
  readonly issuer: string;
  /** SHA-256 of the state, so that the code only works in the browser that brought the answer. */
  readonly begun: string;
}

/** What a browser sends along. */
export interface Visitor extends Caller {
  /** The cookie with its pending sign-ins. */
  readonly cookie: string | undefined;
}

/**
 * Signing in at the identity provider: a browser begins, brings the provider's answer, and gets a code for its page,
 * which exchanges it for tokens. Any node can handle each step: pending state is kept in the browser, and what may
 * happen only once is recorded in the store that nodes share.
 */
@Injectable()
export class OidcSignIn {
  constructor(
    private readonly config: AppConfig,
    private readonly provider: OidcProvider,
    private readonly accounts: OidcAccounts,
    private readonly logins: Logins,
    private readonly store: EphemeralStore,
    private readonly throttle: AttemptThrottle,
    private readonly refusals: Refusals,
    private readonly pending: PendingSignIns,
  ) {}

  /** @returns where to send the browser, and its new cookie. @throws OidcRefusal, AppError `not_found` */
  begin(redirectUri: string, returnTo: string, visitor: Visitor): Promise<{ url: string; cookie: string }> {
    return this.watched(async () => {
      const { url, ...challenge } = await this.provider.begin(redirectUri);
      return { url: url.href, cookie: this.pending.add(visitor.cookie, { ...challenge, redirectUri, returnTo }) };
    });
  }

  /** Where a browser that brings `search` wanted to go, if known. */
  destinationOf(search: string, visitor: Visitor): string | undefined {
    return this.begunBy(visitor).find(({ state }) => state === stateIn(search))?.returnTo;
  }

  /** @returns a code for the page at `returnTo`. @throws OidcRefusal, AppError `not_found`, `broker_unavailable` */
  complete(search: string, visitor: Visitor): Promise<{ code: string; returnTo: string }> {
    return this.watched(async (settings) => {
      const begun = await this.claim(search, visitor);
      const { person, groups } = await this.provider.finish(begun, search);
      const proven = await this.accounts.admit(person, roleOf(groups, settings));
      const code = randomToken(32);
      const grant = { proven, issuer: person.issuer, begun: digestOf(begun.state) };
      await this.store.claim(codeKey(code), grant, { ttlMs: CODE_SECONDS * 1_000 });
      return { code, returnTo: begun.returnTo };
    });
  }

  /**
   * Exchanges a code for tokens.
   * @param isPage whether a page asks: it must be in the browser that the code was made for, or an attacker could sign
   * somebody in as the attacker. Programs have no cookies that could be abused.
   * @throws OidcRefusal, AppError `not_found`, `broker_unavailable`, `rate_limited`
   */
  exchange(code: string, isPage: boolean, visitor: Visitor & { gone: () => boolean }) {
    return this.watched(async (): Promise<TokenPair & { user: User; cookie: string }> => {
      const grant = await this.store.take(codeKey(code));
      if (grant === undefined) {
        await this.throttle.wrong({ scope: 'oidc-codes', address: visitor.address, gone: visitor.gone });
        throw new OidcRefusal('exchange_refused');
      }
      const begun = this.begunBy(visitor);
      const others = begun.filter(({ state }) => digestOf(state) !== grant.begun);
      if (isPage && others.length === begun.length) throw new OidcRefusal('other_browser');
      const login = await this.logins.signInByIdentity(grant.proven, grant.issuer, visitor);
      return { ...login, cookie: this.pending.write(others) };
    });
  }

  /** The sign-in that this answer belongs to. It is used up: no other answer to it is accepted, on any node. */
  private async claim(search: string, visitor: Visitor): Promise<PendingSignIn> {
    const state = search.length > MAX_QUERY ? undefined : stateIn(search);
    if (state === undefined) throw new OidcRefusal('malformed');
    const begun = this.begunBy(visitor).find((each) => each.state === state);
    if (begun === undefined) throw new OidcRefusal('other_browser');
    const used = storeKey<true>('oidc', 'used', digestOf(state));
    if (await this.store.claim(used, true, { ttlMs: SIGN_IN_SECONDS * 1_000 })) return begun;
    throw new OidcRefusal('state_reused');
  }

  private begunBy({ cookie }: Visitor): PendingSignIn[] {
    return this.pending.read(cookie);
  }

  /** Records failures in the audit log. */
  private async watched<T>(work: (settings: NonNullable<AppConfig['oidc']>) => Promise<T>): Promise<T> {
    const settings = this.config.oidc;
    if (settings === undefined) throw new AppError('not_found', 'There is no identity provider.');
    try {
      return await work(settings);
    } catch (error) {
      if (error instanceof OidcRefusal) {
        const { reason, who, code } = error;
        const outcome = code === 'sign_in_refused' || code === 'account_disabled' ? 'refused' : 'failure';
        this.refusals.count({
          action: 'auth.login',
          outcome,
          reason,
          ...(who && { target: { kind: 'account', ...who } }),
        });
      }
      throw error;
    }
  }
}

/** @returns `undefined` when there is none, or more than one */
function stateIn(search: string): string | undefined {
  const [state, ...more] = new URLSearchParams(search).getAll('state');
  return more.length === 0 ? state : undefined;
}

const digestOf = (state: string): string => sha256(state).toString('base64url');

/** Only the digest of a code is kept. */
const codeKey = (code: string): StoreKey<Grant> => storeKey('oidc', 'code', sha256(code).toString('base64url'));
