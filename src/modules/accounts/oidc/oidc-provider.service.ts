import { Injectable, Logger } from '@nestjs/common';
import * as oidc from 'openid-client';
import { textFault } from '../../../common/http/input/text-rules.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { AppConfig, type OidcSection } from '../../../config/app-config.js';
import { OidcRefusal } from './oidc-refusal.js';
import { type PendingSignIn } from './pending-sign-ins.js';
import { type Person, personOf } from './person.js';
import { reasonOf } from './provider-errors.js';
import { claimAt } from './role-rules.js';

/** Time limit for each request to the provider. */
const TIMEOUT_SECONDS = 5;
const MAX_ISSUER = 500;
const MAX_SUBJECT = 255;
/** How long the provider's metadata is cached. */
const KEPT_MS = 10 * 60_000;

/** The parts of a pending sign-in that the provider is involved in. */
type Challenge = Pick<PendingSignIn, 'state' | 'nonce' | 'verifier'>;

/**
 * The identity provider. It is contacted only when somebody signs in, so that a provider that is away does not prevent
 * the start. Its address is the operator's own choice; unlike addresses chosen by others, it may be in a private
 * network.
 */
@Injectable()
export class OidcProvider {
  private readonly logger = new Logger('OidcProvider');
  private found: { readonly server: Promise<oidc.ServerMetadata>; readonly until: number } | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: MonotonicClock,
  ) {}

  /** Where to send a browser, and what its answer will be compared with. @throws OidcRefusal */
  async begin(redirectUri: string): Promise<{ readonly url: URL } & Challenge> {
    const challenge = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const url = await this.asking(async (client, { scopes }) =>
      oidc.buildAuthorizationUrl(client, {
        redirect_uri: redirectUri,
        scope: scopes.join(' '),
        state: challenge.state,
        nonce: challenge.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(challenge.verifier),
        code_challenge_method: 'S256',
      }),
    );
    return { url, ...challenge };
  }

  /**
   * Who has signed in, with the groups reported by the provider.
   * @param search the query that the browser came back with
   * @throws OidcRefusal
   */
  finish(pending: PendingSignIn, search: string): Promise<{ readonly person: Person; readonly groups: unknown }> {
    return this.asking(async (client, { roleClaim }) => {
      const answer = new URL(pending.redirectUri);
      answer.search = search;
      const tokens = await oidc.authorizationCodeGrant(client, answer, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      // Longer values would not fit into the database.
      const { iss = '', sub = '' } = claims ?? {};
      if (claims === undefined || iss.length > MAX_ISSUER || sub.length > MAX_SUBJECT || textFault(sub) !== undefined)
        throw new OidcRefusal('bad_answer');
      const isComplete = claims['email'] !== undefined && claimAt(claims, roleClaim) !== undefined;
      const asksMore = !isComplete && client.serverMetadata().userinfo_endpoint !== undefined;
      const userInfo = asksMore ? await oidc.fetchUserInfo(client, tokens.access_token, claims.sub) : {};
      const groups = claimAt(claims, roleClaim) ?? claimAt(userInfo, roleClaim);
      return { person: personOf(claims, userInfo), groups };
    });
  }

  private async asking<T>(work: (client: oidc.Configuration, settings: OidcSection) => Promise<T>): Promise<T> {
    const settings = this.config.oidc;
    if (settings === undefined) throw new Error('there is no identity provider');
    try {
      return await work(clientOf(settings, await this.server(settings)), settings);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      // Only the message: objects attached to the error may hold tokens.
      this.logger.warn(`a sign-in at the identity provider failed: ${reason}: ${messageOf(error)}`);
      throw new OidcRefusal(reason, undefined, error);
    }
  }

  /** The provider's metadata. Concurrent callers share one request; a failure is not cached. */
  private server(settings: OidcSection): Promise<oidc.ServerMetadata> {
    const now = this.clock.elapsed();
    if (this.found !== undefined && now < this.found.until) return this.found.server;
    const found = { server: discover(settings), until: now + KEPT_MS };
    found.server.catch(() => {
      if (this.found === found) this.found = undefined;
    });
    this.found = found;
    return found.server;
  }
}

async function discover(settings: OidcSection): Promise<oidc.ServerMetadata> {
  const client = await oidc.discovery(new URL(settings.issuer), settings.clientId, undefined, oidc.None(), {
    timeout: TIMEOUT_SECONDS,
    ...(isPlain(settings) && { execute: [oidc.allowInsecureRequests] }),
  });
  return client.serverMetadata();
}

/**
 * A new client for each sign-in, because a client caches the provider's keys: this way a new key counts at once, and a
 * withdrawn one no longer does. Signatures are checked even though the token comes straight from the provider.
 */
function clientOf(settings: OidcSection, server: oidc.ServerMetadata): oidc.Configuration {
  const { clientId, clientSecret } = settings;
  const client = new oidc.Configuration(server, clientId, undefined, authentication(clientSecret, server));
  client.timeout = TIMEOUT_SECONDS;
  if (isPlain(settings)) oidc.allowInsecureRequests(client);
  oidc.enableNonRepudiationChecks(client);
  return client;
}

/** If the provider does not say, use the header, which all of them support. */
function authentication(secret: string | undefined, server: oidc.ServerMetadata): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
}

const isPlain = ({ issuer }: OidcSection): boolean => new URL(issuer).protocol === 'http:';

function messageOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause].flatMap((each) => (each instanceof Error ? [each.message] : [])).join(': ');
}
