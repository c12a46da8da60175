import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ADMIN, newUser } from '../support/api.js';
import { ConsoleHarness } from '../support/console.js';
import { Keyboard } from '../support/keyboard.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { SignalingHarness } from '../support/signaling.js';

/** The main flows without a mouse: no test here clicks, or sets focus or values directly. */
describeWith('chromium', 'the console by keyboard', () => {
  let harness: ConsoleHarness;
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name, exact: true });
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
  const button = (within: Pick<Page, 'getByRole'>, name: string | RegExp) =>
    within.getByRole('button', { name, exact: true });

  beforeAll(async () => {
    harness = await ConsoleHarness.start({ REST_RATE: '0' });
  });
  afterEach(async () => {
    const faults = [...harness.pages.faults];
    await harness.pages.close();
    expect(faults).toEqual([]);
  });
  afterAll(() => harness.close());

  async function signIn(path: string): Promise<{ page: Page; keys: Keyboard }> {
    const page = await harness.open(path);
    const keys = new Keyboard(page);
    await keys.write(page.getByLabel('Email', { exact: true }), ADMIN.email);
    await keys.write(page.getByLabel('Password'), ADMIN.password);
    await keys.press('Enter');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    return { page, keys };
  }
  /** Goes to a screen by the main navigation. */
  async function goTo({ page, keys }: { page: Page; keys: Keyboard }, name: string): Promise<void> {
    await keys.enter(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }));
    await heading(page, name).waitFor();
  }
  /** Chooses an action and confirms it in the dialog, which returns the focus. */
  async function confirm({ page, keys }: { page: Page; keys: Keyboard }, verb: string, at = button(page, verb)) {
    await keys.enter(at.first());
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await keys.isTrapped()).toBe(true);
    await keys.enter(button(dialog, verb));
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => keys.focused()).not.toBeNull();
  }

  it('signs in, is told about errors where they are, and signs out', async () => {
    const page = await harness.open('/accounts');
    const keys = new Keyboard(page);
    await page.getByLabel('Email', { exact: true }).waitFor();
    expect(await keys.focused()).toBe('Email');
    await page.keyboard.type(ADMIN.email);
    await keys.press('Tab');
    await page.keyboard.type('a wrong password');
    await keys.press('Tab');
    expect(await keys.focused()).toBe('Sign in');
    await keys.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await keys.focused()).toBe('Sign in');
    await harness.pages.expectFault(/401/);
    await keys.write(page.getByLabel('Password'), ADMIN.password);
    await keys.press('Enter');
    await heading(page, 'Accounts').waitFor();
    // The form is gone with the focused element; the first key leads into the screen.
    expect(await keys.focused()).not.toBeNull();
    await keys.enter(button(page, /^Account/));
    await keys.enter(button(page, 'Sign out'));
    await page.getByLabel('Email', { exact: true }).waitFor();
    expect(await keys.focused()).toBe('Email');
  });

  it('creates a service, sees its session, and kicks a guest', async () => {
    const services = await ServicesHarness.on(harness.server);
    const at = await signIn('/');
    const { page, keys } = at;
    await goTo(at, 'Services');
    const title = `By hand ${randomUUID().slice(0, 8)}`;
    await keys.enter(button(page, 'New service').first());
    const dialog = page.getByRole('dialog', { name: 'New service' });
    await dialog.waitFor();
    expect(await keys.focused()).toBe('Title');
    expect(await keys.isTrapped()).toBe(true);
    await keys.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await keys.focused()).toBe('New service');
    await keys.press('Enter');
    await keys.write(dialog.getByLabel('Title'), title);
    await keys.to(dialog.getByLabel('Several hosts'));
    await keys.press('Space');
    await keys.enter(button(dialog, 'Create service'));
    const secrets = dialog.getByTestId('secret');
    await secrets.first().waitFor();
    const [hostToken] = await secrets.allTextContents();
    expect(await keys.focused()).toContain('Copy now');
    await keys.enter(button(dialog, 'Show service'));
    await heading(page, title).waitFor();
    const id = Number(new URL(page.url()).pathname.split('/').at(-1));
    const { code } = await services.host({ id, title, hostToken: hostToken!, clientToken: '' }, true);
    await keys.enter(page.getByRole('table', { name: 'Live sessions' }).getByRole('link', { name: code }));
    await heading(page, `Session ${code}`).waitFor();
    const { guest } = await services.guest(code);
    await keys.enter(page.getByRole('link', { name: /^\d+ connections$/ }));
    await heading(page, 'Connections').waitFor();
    await confirm(at, 'Disconnect', button(row(page, 'guest').first(), 'Disconnect'));
    await guest.expectNext({ type: 'server_disconnect', message: 'Revoked' });
    expect(await guest.closeCode()).toBe(4000);
    await services.hangUp();
  });

  it('revokes an endpoint with a reason, and lifts the revocation', async () => {
    const rooms = await RoomsHarness.on(harness.server);
    const app = await rooms.application('Keys');
    await rooms.room(app, 'hall');
    const socket = await rooms.connect(await rooms.endpoint(app, 'hall', 'read', 'Wall display'));
    const at = await signIn('/rooms');
    const { page, keys } = at;
    await keys.enter(page.getByRole('link', { name: app.name }).first());
    await keys.enter(page.getByRole('link', { name: 'hall' }));
    const endpoints = page.getByRole('table', { name: 'Endpoints' });
    await keys.enter(button(endpoints, 'Revoke'));
    await keys.write(page.getByLabel('Reason'), 'It was stolen');
    await keys.press('Enter');
    expect(await socket.closeCode()).toBe(1008);
    await expect.poll(() => keys.focused()).not.toBeNull();
    await goTo(at, 'Revocations');
    await confirm(at, 'Lift', button(row(page, 'It was stolen').first(), 'Lift'));
    await row(page, 'It was stolen').waitFor({ state: 'detached' });
    await expect.poll(() => keys.focused()).not.toBeNull();
  });

  it('searches for an account and disables it', async () => {
    const { user, accessToken } = await newUser(harness.api, { firstName: 'Radia' });
    const at = await signIn('/');
    const { page, keys } = at;
    await goTo(at, 'Accounts');
    await keys.write(page.getByLabel('Email or name'), user.email);
    await keys.enter(page.getByRole('link', { name: user.email }));
    await heading(page, user.email).waitFor();
    await confirm(at, 'Disable account');
    await button(page, 'Enable account').waitFor();
    await expect.poll(() => keys.focused()).not.toBeNull();
    expect((await harness.api('GET', 'auth/me', { token: accessToken })).status).toBe(401);
  });

  it('finds a failed call', async () => {
    const signaling = await SignalingHarness.on(harness.server);
    const [ala, bob] = await signaling.peers(['Ala', 'Bob']);
    await signaling.call(ala!, bob!);
    ala!.socket.close();
    bob!.socket.close();
    const at = await signIn('/');
    const { page, keys } = at;
    await goTo(at, 'Calls');
    await keys.choose(page.getByLabel('State'), 'ended');
    await row(page, 'Ala, Bob').waitFor();
    expect(new URL(page.url()).search).toBe('?state=ended');
    expect(await keys.focused()).toContain('State');
    await keys.enter(row(page, 'Ala, Bob').getByRole('link').first());
    await heading(page, /^Call \d+$/).waitFor();
    await page.getByText(/It ended: /).waitFor();
    await signaling.hangUp();
  });

  it('drains a node, and takes it back', async () => {
    const at = await signIn('/');
    const { page, keys } = at;
    await goTo(at, 'Nodes');
    // Overview's subscriptions end only after leaving it, and a drain would refuse them meanwhile.
    const consoles = () => harness.api('GET', 'connections?protocol=console', { token: harness.token });
    await expect.poll(async () => (await consoles()).body.total, { timeout: 30_000 }).toBe(0);
    await keys.enter(page.getByRole('table', { name: 'Nodes' }).getByRole('link').first());
    await heading(page, /^Node /).waitFor();
    await confirm(at, 'Drain');
    await page.getByText('draining', { exact: true }).waitFor();
    await confirm(at, 'Undo drain');
    await page.getByText('ready', { exact: true }).waitFor();
  });

  it('pages to the end and back, hides a column, and exports', async () => {
    const prefix = randomUUID().slice(0, 8);
    for (let i = 1; i <= 60; i++) await harness.make('applications', { name: `${prefix} ${i}` });
    const { page, keys } = await signIn(`/rooms?q=${prefix}`);
    await row(page, `${prefix} 50`).waitFor();
    // Skips fifty rows at once.
    await keys.enter(page.getByRole('link', { name: 'Skip to the pages' }));
    await keys.enter(button(page, 'Next page'));
    await row(page, `${prefix} 60`).waitFor();
    // The last page has no next one; the focus stays among the paging buttons.
    expect(await keys.focused()).toMatch(/page/);
    await keys.enter(button(page, 'First page'));
    await row(page, `${prefix} 50`).waitFor();
    expect(await keys.focused()).toMatch(/page/);
    await keys.enter(button(page, 'Columns'));
    await keys.to(page.getByRole('checkbox', { name: 'Created' }));
    await keys.press('Space');
    await page.getByRole('columnheader', { name: 'Created' }).waitFor({ state: 'detached' });
    await keys.press('Escape');
    expect(await keys.focused()).toBe('Columns');
    await keys.enter(button(page, 'Export'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      keys.enter(button(page, 'All that match, as CSV')),
    ]);
    expect((await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')).toHaveLength(61);
    expect(await keys.focused()).toBe('Export');
  });

  it('navigates and acts by the palette, and returns to where it was', async () => {
    const { page, keys } = await signIn('/nodes');
    await keys.to(page.getByRole('link', { name: 'Calls', exact: true }));
    await keys.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Search' });
    await palette.waitFor();
    expect(await keys.focused()).toBe('Go to or do');
    await keys.press('Escape');
    await palette.waitFor({ state: 'detached' });
    expect(await keys.focused()).toBe('Calls');
    await keys.press('Control+k');
    await page.keyboard.type('new acc');
    await page.getByRole('option', { name: 'New account' }).waitFor();
    await keys.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New account' });
    await dialog.waitFor();
    expect(await keys.focused()).toBe('Email');
    await keys.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => keys.focused()).not.toBeNull();
  });

  it('operates a room socket by hand', async () => {
    const rooms = await RoomsHarness.on(harness.server);
    const app = await rooms.application('Workbench by keyboard');
    await rooms.room(app, 'bench');
    const { code } = await rooms.endpoint(app, 'bench', 'readwrite', 'Anna');
    const at = await signIn('/');
    const { page, keys } = at;
    await goTo(at, 'API');
    await keys.enter(page.getByRole('link', { name: 'Workbench' }));
    await keys.choose(page.getByLabel('Wire'), 'Rooms');
    await keys.write(page.getByLabel('Endpoint code'), code);
    await keys.enter(button(page, 'Connect'));
    await page.getByText('Connected to Rooms').waitFor();
    expect(await keys.focused()).toBe('Disconnect');
    await keys.enter(button(page, 'Send'));
    const message = page.getByTestId('frame').filter({ hasText: 'RoomsMessage' });
    await keys.enter(message.locator('summary'));
    await page.getByText('"identity": "Anna"').waitFor();
    await keys.enter(button(page, 'Disconnect'));
    await page.getByText('Closed with code 1000').waitFor();
  });
});
