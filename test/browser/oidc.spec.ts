import { type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DESKTOP, overflow, violations } from '../support/browser.js';
import { ConsoleHarness } from '../support/console.js';
import { describeWith } from '../support/requires.js';
import { IdentityProvider } from '../support/sign-in/identity-provider.js';

describeWith('chromium', 'the console with sign-in at an identity provider', () => {
  let provider: IdentityProvider;
  let harness: ConsoleHarness;
  const grace = (...groups: string[]) =>
    provider.people.set('grace', { email: 'grace@example.org', email_verified: true, name: 'Grace Hopper', groups });
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
  const atProvider = async (page: Page) => {
    await page.getByRole('link', { name: 'Sign in with Example ID' }).click();
    await page.getByLabel('User name').fill('grace');
    await page.getByRole('button', { name: 'Continue' }).click();
  };

  beforeAll(async () => {
    provider = await IdentityProvider.listen();
    harness = await ConsoleHarness.start({ ...provider.env, PASSWORD_SIGN_IN: 'fallback' });
    provider.serve(harness.server.url);
  });
  afterEach(async () => {
    const faults = [...harness.pages.faults];
    await harness.pages.close();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await harness.close();
    await provider.close();
  });

  it('admits by group, refuses without it, and records both in the audit log', async () => {
    grace('operators');
    const page = await harness.open('/services');
    await atProvider(page);
    await heading(page, 'Services').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    await page.getByRole('button', { name: 'New service' }).first().waitFor();
    const again = await harness.open('/audit');
    grace();
    await atProvider(again);
    const alert = again.getByRole('alert');
    await alert.getByText('You are in no group that has access here.').waitFor();
    expect(new URL(again.url()).hash).toBe('');
    expect(new URL(again.url()).pathname).toBe('/console/audit');
    // An earlier sign-in has ended, too: the page notices with its next request.
    await page.reload();
    await page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
    await harness.pages.expectFault(/401/);
    const admin = await harness.enter('/audit?action=auth.login');
    const row = admin.getByRole('row').filter({ hasText: 'grace@example.org' });
    await row.filter({ hasText: 'refused' }).first().waitFor();
    await row.filter({ hasText: 'success' }).first().waitFor();
  });

  it('shows linked identities; without a password there is none to change, and one cannot unlink oneself', async () => {
    provider.people.set('grace', { email: 'grace@example.org', email_verified: true, groups: ['admins'] });
    const page = await harness.open('/accounts');
    await atProvider(page);
    await page.getByRole('link', { name: 'grace@example.org' }).click();
    await heading(page, 'grace@example.org').waitFor();
    const own = page.getByRole('table', { name: 'Identities' }).getByRole('row').filter({ hasText: provider.issuer });
    await own.waitFor();
    await page.getByRole('button', { name: 'Disable account' }).waitFor();
    expect(await page.getByRole('button', { name: 'Change password' }).count()).toBe(0);
    const unlink = async (asked: Page) => {
      await asked.getByRole('button', { name: 'Unlink' }).click();
      await asked.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
    };
    await unlink(page);
    await page.getByRole('dialog').getByText('This is your only way to sign in.').waitFor();
    await harness.pages.expectFault(/409/);
    const admin = await harness.enter(new URL(page.url()).pathname.replace('/console', ''));
    await unlink(admin);
    await admin.getByText('Linked to no identity provider').waitFor();
    await admin.getByText('Not signed in anywhere').waitFor();
  });

  it.each([
    ['light', 390],
    ['light', DESKTOP.width],
    ['dark', 390],
    ['dark', DESKTOP.width],
  ] as const)('asks how to sign in, readably: %s, %i px', async (theme, width) => {
    const page = await harness.open('/#error=no_role', { width, height: 800 }, theme);
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
    await page.getByLabel('Password').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    const folder = process.env['SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/sign-in-${theme}-${width}.png` });
  });

  it('does not shift the form when it learns about other ways to sign in', async () => {
    const page = await harness.open('/');
    let answer: (() => void) | undefined;
    await page.route('**/api/v1/auth/methods', async (route) => {
      await new Promise<void>((resolve) => (answer = resolve));
      await route.continue();
    });
    await page.reload();
    const password = page.getByLabel('Password');
    await password.fill('half a pass');
    const before = await password.boundingBox();
    expect(await page.getByRole('link', { name: 'Sign in with Example ID' }).count()).toBe(0);
    answer?.();
    await page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
    expect([await password.boundingBox(), await password.inputValue()]).toEqual([before, 'half a pass']);
  });

  it('hides the password field if passwords are off, and trusts no address', async () => {
    const page = await harness.open('/');
    await page.route('**/api/v1/auth/methods', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), password: false } });
    });
    await page.goto(`${harness.server.url}/console/?x#error=%3Cb%3EPay%20here`);
    const alert = page.getByRole('alert');
    await alert.getByText('The answer of the identity provider could not be accepted.').waitFor();
    await page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
    expect(await page.getByText('Pay here').count()).toBe(0);
    await page.goto(`${harness.server.url}/console/accounts#code=forged`);
    await alert.getByText('is not valid, was used, or is too old').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    await harness.pages.expectFault(/401/);
  });
});
