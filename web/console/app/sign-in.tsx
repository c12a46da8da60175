import { Switchboard, SwitchboardProblem, type TokenPair } from '@switchboard/client/rest';
import { Button } from '../../ui/actions/button.js';
import { Form } from '../../ui/forms/form.js';
import { TextField } from '../../ui/forms/fields.js';
import { type FormValues } from '../../ui/forms/form-values.js';
import { sdk } from './client.js';
import { useEffect } from 'react';
import styles from './sign-in.module.css';

async function signIn(values: FormValues): Promise<void> {
  // Apart from the client of the screens, which are not for everybody.
  let tokens: TokenPair | undefined;
  const door = new Switchboard({
    url: location.origin,
    onTokens: (pair) => {
      tokens = pair;
    },
  });
  try {
    const { role } = await door.signIn({ email: values.text('email'), password: values.text('password') });
    if (role === 'user') {
      await door.signOut();
      throw new Error('This account may not use the console: it needs a role above “user”.');
    }
    sdk.resume(tokens);
  } catch (error) {
    if (error instanceof SwitchboardProblem && error.code === 'invalid_credentials')
      throw new Error('Email or password is wrong.', { cause: error });
    throw error;
  }
}

/** In the place of any screen until somebody has signed in; the address stays. */
export function SignIn() {
  useEffect(() => {
    document.title = 'Sign in · Switchboard';
  }, []);
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <p className={styles['brand']}>Switchboard</p>
        <h1>Console</h1>
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
      </div>
    </main>
  );
}
