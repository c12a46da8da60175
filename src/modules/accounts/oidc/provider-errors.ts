import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { type OidcReason } from './oidc-refusal.js';

/** By the library's error codes. */
const BY_CODE: Readonly<Record<string, OidcReason>> = {
  OAUTH_TIMEOUT: 'provider_away',
  OAUTH_ABORT: 'provider_away',
  OAUTH_KEY_SELECTION_FAILED: 'unknown_key',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'token_expired',
  // Signature algorithm `none`, or one with a shared secret.
  OAUTH_UNSUPPORTED_OPERATION: 'bad_signature',
};
const BY_CLAIM: Readonly<Record<string, OidcReason>> = {
  nonce: 'wrong_nonce',
  iss: 'other_issuer',
  aud: 'other_audience',
  azp: 'other_audience',
};

/** What is wrong with the provider or its answer; `undefined` when the fault is ours. */
export function reasonOf(error: unknown): OidcReason | undefined {
  if (error instanceof AuthorizationResponseError) {
    return error.error === 'access_denied' ? 'cancelled' : 'provider_refused';
  }
  if (error instanceof ResponseBodyError) return reasonOfRefusal(error);
  if (error instanceof TypeError) return error.cause === undefined ? undefined : 'provider_away';
  if (!(error instanceof ClientError)) return undefined;
  if (statusOf(error) >= 500) return 'provider_away';
  return byClaim(error) ?? bySaying(error) ?? BY_CODE[error.code ?? ''] ?? 'bad_answer';
}

/** Why the token endpoint refused. */
function reasonOfRefusal({ error, status }: ResponseBodyError): OidcReason {
  if (error === 'invalid_grant') return 'code_refused';
  if (error === 'invalid_client' || error === 'unauthorized_client') return 'misconfigured';
  return status >= 500 ? 'provider_away' : 'provider_refused';
}

function byClaim(error: ClientError): OidcReason | undefined {
  for (let cause: unknown = error.cause; typeof cause === 'object' && cause !== null; cause = causeOf(cause)) {
    if ('claim' in cause) return BY_CLAIM[String(cause.claim)];
  }
  return undefined;
}

/** For errors that share one code. */
function bySaying(error: ClientError): OidcReason | undefined {
  const said = [error, error.cause].map((each) => (each instanceof Error ? each.message : '')).join(' ');
  if (said.includes('signature') || said.includes('"alg"')) return 'bad_signature';
  return said.includes('"iss"') || said.includes('metadata issuer') ? 'other_issuer' : undefined;
}

const causeOf = (cause: object): unknown => ('cause' in cause ? cause.cause : undefined);

const statusOf = ({ cause }: ClientError): number => (cause instanceof Response ? cause.status : 0);
