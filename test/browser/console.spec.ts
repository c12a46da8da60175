import { gzipSync } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ADMIN, newUser, signIn } from '../support/api.js';
import { overflow, PHONE } from '../support/browser.js';
import { ConsoleHarness, fillSignIn } from '../support/console.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';

const SCREENS = [
  ['Overview', '/'],
  ['Connections', '/connections'],
  ['Services', '/services'],
  ['Rooms', '/rooms'],
  ['Circles', '/circles'],
  ['Calls', '/calls'],
  ['Home servers', '/home-servers'],
  ['Accounts', '/accounts'],
  ['Revocations', '/revocations'],
  ['Audit log', '/audit'],
  ['Nodes', '/nodes'],
  ['Settings', '/settings'],
  ['API', '/api'],
] as const;

describeWith('chromium', 'the console', () => {
  let harness: ConsoleHarness;
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

  beforeAll(async () => {
    harness = await ConsoleHarness.start();
  });
  afterEach(async () => {
    const faults = [...harness.pages.faults];
    await harness.pages.close();
    expect(faults).toEqual([]);
  });
  afterAll(() => harness.close());

  it('admits who may enter, says what is wrong, and keeps the email', async () => {
    const page = await harness.open();
    await fillSignIn(page, ADMIN.email, 'a wrong password');
    expect(await page.getByRole('alert').textContent()).toBe('Email or password is wrong.');
    expect(await page.getByLabel('Email').inputValue()).toBe(ADMIN.email);
    await harness.pages.expectFault(/401/);
    const { user, password } = await newUser(harness.api);
    await fillSignIn(page, user.email, password);
    await page.getByText('may not use the console').waitFor();
    expect(await page.getByRole('navigation', { name: 'Main' }).count()).toBe(0);
    await fillSignIn(page, ADMIN.email, ADMIN.password);
    await heading(page, 'Overview').waitFor();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
    expect(await page.evaluate('localStorage.getItem("switchboard.login")')).toBeNull();
  });

  it('asks for a password at once, or only refreshes the token if the stored one has expired', async () => {
    const page = await harness.open();
    await page.route('**/api/v1/auth/methods', () => undefined);
    await page.reload();
    await fillSignIn(page, ADMIN.email, ADMIN.password);
    await heading(page, 'Overview').waitFor();
    await page.evaluate(`(() => {
      const pair = JSON.parse(localStorage.getItem('switchboard.login'));
      localStorage.setItem('switchboard.login', JSON.stringify({ ...pair, accessToken: 'stale', freshUntil: 1 }));
    })()`);
    await page.goto('about:blank');
    const asked: string[] = [];
    page.on('response', (response) => asked.push(`${new URL(response.url()).pathname} ${response.status()}`));
    await page.goto(`${harness.server.url}/console/accounts`);
    await row(page, ADMIN.email).waitFor();
    const calls = asked.filter((line) => line.startsWith('/api/v1/'));
    expect(calls[0]).toBe('/api/v1/auth/refresh 200');
    expect(calls.filter((line) => !line.endsWith(' 200'))).toEqual([]);
  });

  it('takes at most 150 kB up to the first screen', async () => {
    const page = await harness.open('/');
    const urls = new Set<string>();
    page.on('request', (request) => {
      if (['script', 'stylesheet'].includes(request.resourceType())) urls.add(request.url());
    });
    await page.goto(`${harness.server.url}/console/`);
    await fillSignIn(page, ADMIN.email, ADMIN.password);
    await heading(page, 'Overview').waitFor();
    // The browser has some of them already, and does not report their size.
    const weigh = async (url: string) => gzipSync(await (await fetch(url)).arrayBuffer()).length;
    const sizes = await Promise.all([...urls].map(weigh));
    expect(sizes.length).toBeGreaterThan(4);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
  });

  it('has an address for every screen, by link, by reload and in another tab', async () => {
    const page = await harness.enter('/accounts');
    await heading(page, 'Accounts').waitFor();
    for (const [name, path] of SCREENS) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
      await heading(page, name).waitFor();
      expect(new URL(page.url()).pathname.replace(/\/$/, '')).toBe(`/console${path}`.replace(/\/$/, ''));
    }
    // Other pages' styles would affect this one.
    const sheets = await page.evaluate<string[]>('[...document.styleSheets].map(({ href }) => href ?? "")');
    expect(sheets.filter((href) => /\/(kit|pages)\.css$/.test(href))).toEqual([expect.stringContaining('/kit.css')]);
    await page.goto(`${harness.server.url}/console/accounts?q=admin`);
    await row(page, ADMIN.email).waitFor();
    expect(await page.getByLabel('Email or name').inputValue()).toBe('admin');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await row(other, ADMIN.email).waitFor();
  });

  it('creates a service, shows its tokens once, and deletes it after a confirmation', async () => {
    const page = await harness.enter('/services');
    await page.getByRole('button', { name: 'New service' }).click();
    const dialog = page.getByRole('dialog', { name: 'New service' });
    await dialog.getByLabel('Title').fill('Planetarium <b>1</b>');
    await dialog.getByRole('button', { name: 'Create service' }).click();
    await dialog.getByText('they will not be shown again').waitFor();
    const secrets = await dialog.getByTestId('secret').allTextContents();
    expect(secrets).toHaveLength(2);
    expect(new Set(secrets).size).toBe(2);
    await dialog.getByRole('button', { name: 'Show service' }).click();
    await heading(page, 'Planetarium <b>1</b>').waitFor();
    await page.getByText('No session is live').waitFor();
    await page.getByRole('button', { name: 'Delete service' }).click();
    const confirm = page.getByRole('dialog', { name: /Delete service/ });
    await confirm.getByText('Closes 0 live sessions').waitFor();
    await confirm.getByRole('button', { name: 'Delete service' }).click();
    await heading(page, 'Services').waitFor();
    await page.getByText('No services yet').waitFor();
  });

  it('shows next to a field why the server rejects it', async () => {
    const page = await harness.enter('/services');
    await page.getByRole('button', { name: 'New service' }).click();
    await page.getByLabel('Title').fill('Museum');
    await page.getByLabel('Host grace').fill('99999999');
    await page.getByRole('button', { name: 'Create service' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Host grace').getAttribute('aria-invalid')).toBe('true');
    await harness.pages.expectFault(/422/);
  });

  it('pages, searches and exports', async () => {
    for (let i = 1; i <= 60; i++) await harness.make('applications', { name: `=App ${String(i).padStart(2, '0')}` });
    const page = await harness.enter('/rooms');
    await row(page, 'App 50').waitFor();
    expect(await row(page, 'App 51').count()).toBe(0);
    await page.getByRole('button', { name: 'Next page' }).click();
    await row(page, 'App 60').waitFor();
    await page.reload();
    await row(page, 'App 60').waitFor();
    await page.getByRole('button', { name: 'First page' }).click();
    await row(page, 'App 01').waitFor();
    await page.goBack();
    await row(page, 'App 60').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'All that match, as CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(61);
    expect(lines[0]).toContain('name');
    // What a spreadsheet would run is exported as plain text.
    expect(lines[1]).toContain("'=App 01");
    await page.getByLabel('Name').fill('app 17');
    await row(page, 'App 16').waitFor({ state: 'detached' });
    await row(page, 'App 17').waitFor();
    expect(new URL(page.url()).search).toBe('?q=app+17');
  });

  it('goes to what the palette finds and does what it offers, by keyboard', async () => {
    const { id } = await harness.make('services', { title: 'Submarine' });
    const page = await harness.enter('/nodes');
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Search' });
    const field = palette.getByRole('combobox');
    await field.waitFor();
    expect(await page.evaluate('document.activeElement?.role')).toBe('combobox');
    await page.route('**/api/v1/omikron/iotas*', (route) => route.abort());
    await field.fill('submarine');
    await palette
      .getByRole('group', { name: 'Services' })
      .getByRole('option', { name: /Submarine/ })
      .waitFor();
    // A missing source hides nothing of the others.
    await palette.getByText('Not searched: Home servers').waitFor();
    await page.keyboard.press('Enter');
    await heading(page, 'Submarine').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/services/${String(id)}`);
    await harness.pages.expectFault(/ERR_FAILED/);
    await page.keyboard.press('Control+k');
    await field.fill('new acc');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New account' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await field.fill('theme dark');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  });

  it('disconnects all that match after saying how many, and shows how each connection ended', async () => {
    const services = await ServicesHarness.on(harness.server);
    const service = await services.service({ title: 'Quiz', allowPublicCode: true });
    const { code } = await services.host(service, true);
    for (let i = 0; i < 2; i++) await services.guest(code);
    const page = await harness.enter(`/connections?service=${service.id}`);
    await page.getByRole('button', { name: 'Disconnect all 3 that match' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disconnect all that match?' });
    await dialog.getByText('Closes 3 connections').waitFor();
    await services.guest(code);
    await dialog.getByRole('button', { name: 'Disconnect all' }).click();
    await dialog.getByText('4 connections match by now').waitFor();
    await harness.pages.expectFault(/409/);
    await dialog.getByText('Closes 4 connections').waitFor();
    await dialog.getByRole('button', { name: 'Disconnect all' }).click();
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('link', { name: 'Ended', exact: true }).click();
    await page.getByRole('table', { name: 'Ended connections' }).waitFor();
    await row(page, 'Quiz: host').getByText('4000').waitFor();
    await row(page, 'Quiz: host').getByRole('link', { name: 'Quiz: host' }).click();
    await page.getByText(/Ended by the server .*, code 4000/).waitFor();
    await harness.pages.expectFault(/404/);
  });

  it('shows where somebody is signed in, and ends one login, or all by disabling the account', async () => {
    const { user, email, password } = await newUser(harness.api).then((made) => ({ ...made, email: made.user.email }));
    const { accessToken } = await signIn(harness.api, email, password);
    await signIn(harness.api, email, password);
    const page = await harness.enter(`/accounts/${user.id}`);
    const logins = page.getByRole('table', { name: 'Logins' }).getByRole('row');
    await expect.poll(() => logins.count()).toBeGreaterThan(2);
    const before = await logins.count();
    await page.getByRole('button', { name: 'End login' }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: 'End login' }).click();
    await expect.poll(() => logins.count()).toBe(before - 1);
    await page.getByRole('button', { name: 'Disable account' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable account' }).click();
    await page.getByText('Not signed in anywhere').waitFor();
    expect((await harness.api('GET', 'auth/me', { token: accessToken })).status).toBe(401);
    // The same screen for another account lists that account's logins.
    await page.evaluate(`history.pushState(null, '', '/console/accounts/1')`);
    await row(page, 'this one').waitFor();
  });

  it('shows which settings differ from the default, and keeps that filter in the address', async () => {
    const page = await harness.enter('/settings');
    await page.getByText('REDIS_URL').first().waitFor();
    await page.getByRole('switch', { name: 'Only what was changed' }).click();
    await page.getByText('REDIS_URL').first().waitFor({ state: 'detached' });
    await row(page, 'DATABASE_URL').waitFor();
    expect(new URL(page.url()).search).toBe('?changed=yes');
    await page.getByRole('button', { name: 'Show licence notices' }).click();
    await row(page, 'react-dom').waitFor();
  });

  it('operates a room socket by hand: both directions, with the names of the contract', async () => {
    const rooms = await RoomsHarness.on(harness.server);
    const app = await rooms.application('Workbench');
    await rooms.room(app, 'bench');
    const endpoint = await rooms.endpoint(app, 'bench', 'readwrite', 'Anna');
    const page = await harness.enter(`/rooms/${app.id}/bench`);
    await row(page, 'Anna').getByRole('link', { name: 'Try it' }).click();
    await page.getByText('For the endpoint of Anna').waitFor();
    await page.getByLabel('Endpoint code').fill(endpoint.code);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Connected to Rooms').waitFor();
    expect(page.url()).not.toContain(endpoint.code);
    await page.getByRole('button', { name: 'Send' }).click();
    const frames = page.getByTestId('frame');
    await frames.filter({ hasText: 'RoomsPublish' }).waitFor();
    await frames.filter({ hasText: 'RoomsMessage' }).click();
    await page.getByText('"identity": "Anna"').waitFor();
    await page.getByLabel('Frame', { exact: true }).fill('{"message":');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Closed with code 1007').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('What goes over the wire appears here').waitFor();
  });

  it('requests an acknowledgement from the lobby by hand, and shows it', async () => {
    const page = await harness.enter('/api?tab=workbench&wire=signaling');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Connected to Signaling').waitFor();
    await page.getByLabel('Frame', { exact: true }).fill('["connections"]');
    await page.getByLabel('Ask for an acknowledgement').check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByTestId('frame').filter({ hasText: 'acknowledges connections' }).waitFor();
  });

  it('remembers the chosen columns, and shows what was done lately', async () => {
    const page = await harness.enter('/accounts');
    const created = page.getByRole('columnheader', { name: 'Created' });
    await created.waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Created' }).uncheck();
    await created.waitFor({ state: 'detached' });
    await page.reload();
    await row(page, ADMIN.email).waitFor();
    expect(await created.count()).toBe(0);
    const name = `Lately ${randomUUID()}`;
    await harness.make('applications', { name });
    await page.getByRole('link', { name: 'Overview' }).click();
    const acts = page.getByRole('table', { name: 'Last acts' });
    await acts.getByRole('row').filter({ hasText: name }).filter({ hasText: 'applications.create' }).waitFor();
  });

  it('creates a room with its application’s key, admits by a link, sends a message, and deletes the room', async () => {
    const { id } = await harness.make('applications', { name: 'Radio' });
    const other = await harness.make('applications', { name: 'Television' });
    const page = await harness.enter(`/rooms/${String(id)}`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'New room' }).click();
    await dialog.getByLabel('Name').fill('studio');
    await dialog.getByLabel('Durable').check();
    await dialog.getByLabel('API key').fill(String(other['apiKey']));
    await dialog.getByRole('button', { name: 'Create room' }).click();
    await dialog.getByText('This is no key of this application.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New key' }).click();
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByTestId('secret').waitFor();
    await page.keyboard.press('Escape');
    // That key is remembered.
    await page.getByRole('button', { name: 'New room' }).click();
    await dialog.getByLabel('Name').fill('studio');
    await dialog.getByLabel('Durable').check();
    await dialog.getByRole('button', { name: 'Create room' }).click();
    await heading(page, 'studio').waitFor();
    await page.getByRole('button', { name: 'New endpoint' }).click();
    await dialog.getByLabel('Identity').fill('Listener');
    await dialog.getByLabel('Permission').selectOption('read');
    await dialog.getByRole('button', { name: 'Create endpoint' }).click();
    await dialog.getByRole('img', { name: /^QR code of .*\/room\// }).waitFor();
    await page.keyboard.press('Escape');
    await row(page, 'Listener').getByText('not connected').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await dialog.getByLabel('Message').fill('"on air"');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Published at offset 1').waitFor();
    await page.getByText('on air', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete room' }).click();
    await dialog.getByText('Closes 0 connections').waitFor();
    await dialog.getByRole('button', { name: 'Delete room' }).click();
    await heading(page, 'Radio').waitFor();
    await page.getByText('No rooms yet').waitFor();
  });

  it('fits a phone, with the navigation behind a button', async () => {
    const page = await harness.enter('/', PHONE);
    for (const [name] of SCREENS) {
      await page.getByRole('button', { name: 'Navigation' }).click();
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
      await heading(page, name).waitFor();
      await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'hidden' });
      expect([name, await overflow(page)]).toEqual([name, 0]);
    }
  });
});
