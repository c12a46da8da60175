/** How a sign-in at the identity provider ended, according to the address. */
export interface SignInOutcome {
  readonly code: string | null;
  readonly error: string | null;
}

/** Removes it from the address at once, before it gets into a history or bookmarks. */
export const outcome: SignInOutcome = takeOutcome();

function takeOutcome(): SignInOutcome {
  const said = new URLSearchParams(location.hash.slice(1));
  const [code, error] = [said.get('code'), said.get('error')];
  if (code !== null || error !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return { code, error };
}

/** Anybody can make up an address, so it can only select one of these. */
const SENTENCES: Readonly<Record<string, string>> = {
  provider_away: 'The identity provider does not answer. Try again in a moment.',
  misconfigured: 'The identity provider does not know this server. Whoever runs it must check its OIDC settings.',
  cancelled: 'You turned back at the identity provider.',
  provider_refused: 'The identity provider refused the sign-in.',
  other_browser: 'The sign-in was begun in another browser, or more than ten minutes ago. Try again here.',
  state_reused: 'This sign-in was finished before. Begin a new one.',
  code_refused: 'The sign-in took too long, or was finished before. Try again.',
  token_expired: 'The answer of the identity provider has expired. Try again; the clocks of the two may differ.',
  email_missing: 'The identity provider tells no email address of yours, which an account here needs.',
  email_unverified:
    'There is an account of your email already, and the identity provider has not verified that it is yours.',
  email_taken: 'The account of your email belongs to somebody else at the identity provider.',
  no_role: 'You are in no group that has access here. Ask an administrator.',
  last_admin: 'You are the last admin, and would be none by your groups. Make another admin first.',
  account_disabled: 'This account is disabled.',
  unavailable: 'The server cannot sign you in right now. Try again in a moment.',
};

export const sentenceFor = (error: string): string =>
  (Object.hasOwn(SENTENCES, error) ? SENTENCES[error] : undefined) ??
  'The answer of the identity provider could not be accepted. Whoever runs this server finds the reason in the audit log.';
