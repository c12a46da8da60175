import { AppError } from '../../../common/errors/app-error.js';
import { type ProblemCode } from '../../../common/errors/problem-codes.js';

/** Why a sign-in at the identity provider failed. A closed list, because the audit log tells them apart. */
export const OIDC_REFUSALS = {
  provider_away: ['unavailable', 'The identity provider does not answer.'],
  misconfigured: ['unavailable', 'The identity provider does not know this server by the settings it has.'],
  cancelled: ['sign_in_failed', 'The sign-in was cancelled at the identity provider.'],
  provider_refused: ['sign_in_failed', 'The identity provider refused the sign-in.'],
  malformed: ['sign_in_failed', 'This is no answer of an identity provider.'],
  other_browser: ['sign_in_failed', 'The sign-in was not begun in this browser, or too long ago.'],
  state_reused: ['sign_in_failed', 'This answer of the identity provider was used before.'],
  code_refused: ['sign_in_failed', 'The identity provider does not take its code back: it was used, or is too old.'],
  exchange_refused: ['sign_in_failed', 'The code of the sign-in is not valid, was used, or is too old.'],
  wrong_nonce: ['sign_in_failed', 'The identity provider answered another sign-in than this one.'],
  other_issuer: ['sign_in_failed', 'The answer comes from another identity provider.'],
  other_audience: ['sign_in_failed', 'The answer is meant for another server.'],
  token_expired: ['sign_in_failed', "The identity provider's answer has expired, or the clocks differ."],
  unknown_key: ['sign_in_failed', "The answer is signed with a key that is not among the identity provider's."],
  bad_signature: ['sign_in_failed', "The answer's signature is not valid."],
  bad_answer: ['sign_in_failed', 'The answer of the identity provider could not be understood.'],
  email_missing: ['sign_in_refused', 'The identity provider tells no email address of this person.'],
  email_unverified: [
    'sign_in_refused',
    'There is an account of this email, and the identity provider does not say that the email is verified.',
  ],
  email_taken: ['sign_in_refused', 'The account of this email belongs to somebody else at the identity provider.'],
  no_role: ['sign_in_refused', 'This person is in no group that has access here.'],
  last_admin: ['sign_in_refused', 'This is the last enabled admin, and would be none any more.'],
  account_disabled: ['account_disabled', 'This account is disabled.'],
} as const satisfies Record<string, readonly [ProblemCode, string]>;

export type OidcReason = keyof typeof OIDC_REFUSALS;

/** A failed sign-in. `who` is only for the audit log. */
export class OidcRefusal extends AppError {
  constructor(
    readonly reason: OidcReason,
    readonly who?: { readonly id: string | null; readonly label: string },
    cause?: unknown,
  ) {
    const [code, text] = OIDC_REFUSALS[reason];
    super(code, text, { members: { reason }, ...(cause !== undefined && { cause }) });
  }
}
