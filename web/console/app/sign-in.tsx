import { SwitchboardProblem } from '@switchboard/client/rest';
import { Button } from '../../ui/actions/button.js';
import { Form } from '../../ui/forms/form.js';
import { TextField } from '../../ui/forms/fields.js';
import { type FormValues } from '../../ui/forms/form-values.js';
import { sdk } from './client.js';
import { useEffect } from 'react';
import styles from './sign-in.module.css';

async function signIn(values: FormValues): Promise<void> {
  try {
    const { role } = await sdk.signIn({ email: values.text('email'), password: values.text('password') });
    if (role !== 'user') return;
  } catch (error) {
    if (error instanceof SwitchboardProblem && error.code === 'invalid_credentials')
      throw new Error('Email or password is wrong.', { cause: error });
    throw error;
  }
  await sdk.signOut();
  throw new Error('This account may not use the console: it needs a role above “user”.');
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
