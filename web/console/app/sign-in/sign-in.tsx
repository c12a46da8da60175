import { useQuery } from '@tanstack/react-query';
import { type SignInMethodsDto, Switchboard, SwitchboardProblem, type TokenPair } from '@switchboard/client/rest';
import { Button, buttonClass } from '../../../ui/actions/button.js';
import { Notice, Skeleton } from '../../../ui/feedback/notice.js';
import { ProblemNotice } from '../../../ui/feedback/problem.js';
import { Form } from '../../../ui/forms/form.js';
import { TextField } from '../../../ui/forms/fields.js';
import { type FormValues } from '../../../ui/forms/form-values.js';
import { sdk } from '../client.js';
import { outcome, sentenceFor } from './sign-in-outcome.js';
import { useEffect } from 'react';
import styles from './sign-in.module.css';

/** @param open signs in, with a client separate from that of the screens, which are not for everybody */
async function enter(open: (door: Switchboard) => Promise<{ role: string }>): Promise<null> {
  let tokens: TokenPair | undefined;
  const door = new Switchboard({
    url: location.origin,
    onTokens: (pair) => {
      tokens = pair;
    },
  });
  const { role } = await open(door);
  if (role === 'user') {
    await door.signOut();
    throw new Error('This account may not use the console: it needs a role above “user”.');
  }
  sdk.resume(tokens);
  return null;
}

async function signIn(values: FormValues): Promise<void> {
  try {
    await enter((door) => door.signIn({ email: values.text('email'), password: values.text('password') }));
  } catch (error) {
    if (error instanceof SwitchboardProblem && error.code === 'invalid_credentials')
      throw new Error('Email or password is wrong.', { cause: error });
    throw error;
  }
}

/** Until the server has answered: nearly everywhere there are passwords, and their users need not wait. */
const ASSUMED: SignInMethodsDto = { password: true, oidc: null };

/** Shown instead of any screen until somebody has signed in; the address stays. */
export function SignIn() {
  useEffect(() => {
    document.title = 'Sign in · Switchboard';
  }, []);
  const methods = useQuery({ queryKey: ['sign-in methods'], queryFn: ({ signal }) => sdk.auth.methods({ signal }) });
  const { code, error } = outcome;
  // A code can be used once, however often this is rendered.
  const arrival = useQuery({
    queryKey: ['arrival', code],
    queryFn: () => enter((door) => door.signInWithCode(code ?? '')),
    enabled: code !== null,
    staleTime: Infinity,
    retry: false,
  });
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <p className={styles['brand']}>Switchboard</p>
        <h1>Console</h1>
        {arrival.error && <ProblemNotice error={arrival.error} />}
        {error !== null && (
          <Notice tone="bad" alert>
            {sentenceFor(error)}
          </Notice>
        )}
        {arrival.isFetching ? <Skeleton lines={3} /> : <Ways {...(methods.data ?? ASSUMED)} />}
      </div>
    </main>
  );
}

/** What is known later is added below, so that no field moves away under the pointer. */
function Ways({ password, oidc }: SignInMethodsDto) {
  return (
    <>
      {password && <PasswordForm />}
      {password && oidc && <p className={styles['or']}>or</p>}
      {oidc && <ProviderLink {...oidc} isOnly={!password} />}
    </>
  );
}

function ProviderLink({ label, startUrl, isOnly }: { label: string; startUrl: string; isOnly: boolean }) {
  const returnTo = new URLSearchParams({ returnTo: location.pathname + location.search });
  return (
    <a
      className={`${buttonClass(isOnly ? 'main' : 'plain')} ${styles['provider'] ?? ''}`}
      href={`${startUrl}?${returnTo.toString()}`}
    >
      Sign in with {label}
    </a>
  );
}

function PasswordForm() {
  return (
    <Form
      onSubmit={signIn}
      buttons={(pending) => (
        <Button type="submit" kind="main" disabled={pending}>
          Sign in
        </Button>
      )}
    >
      <TextField name="email" label="Email" type="email" autoComplete="username" required autoFocus />
      <TextField name="password" label="Password" type="password" autoComplete="current-password" required />
    </Form>
  );
}
