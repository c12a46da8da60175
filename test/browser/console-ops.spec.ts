import { type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newUser } from '../support/api.js';
import { ConsoleHarness } from '../support/console.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { SignalingHarness } from '../support/signaling.js';

describeWith('chromium', 'the console for operators', () => {
  let harness: ConsoleHarness;
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name, exact: true });
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
  const confirm = async (page: Page, verb: string, says: string | RegExp) => {
    await page.getByRole('button', { name: verb, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(says).waitFor();
    await dialog.getByRole('button', { name: verb, exact: true }).click();
  };

  beforeAll(async () => {
    harness = await ConsoleHarness.start({ REST_RATE: '0' });
  });
  afterEach(async () => {
    const faults = [...harness.pages.faults];
    await harness.pages.close();
    expect(faults).toEqual([]);
  });
  afterAll(() => harness.close());

  it('shows the last hour as charts, sentences and tables, and what is busiest', async () => {
    const rooms = await RoomsHarness.on(harness.server);
    const app = await rooms.application('Chat');
    await rooms.room(app, 'lobby');
    const anna = await rooms.connect(await rooms.endpoint(app, 'lobby', 'readwrite', 'Anna'));
    anna.send({ message: 'Hello' });
    const page = await harness.enter('/');
    const chart = page.getByRole('figure', { name: 'Connections open, by protocol' });
    // A series begins with the next sample, which the page may have just missed.
    await chart.getByRole('img', { name: /^Connections, open, by protocol: .*rooms/ }).waitFor({ timeout: 30_000 });
    expect(await chart.locator('polyline').count()).toBeGreaterThan(0);
    await chart.getByRole('button', { name: 'Show as table: Connections' }).click();
    const table = chart.getByRole('table', { name: 'Connections' });
    await table.getByRole('columnheader', { name: 'rooms' }).waitFor();
    await expect.poll(() => table.getByRole('row').count()).toBe(61);
    await page.getByRole('img', { name: /^Event-loop delay, ms/ }).waitFor();
    const busy = page.getByRole('table', { name: 'Busiest rooms' });
    await busy.getByRole('link', { name: 'lobby' }).click();
    await heading(page, 'lobby').waitFor();
  });

  it('requests new values while somebody watches, and not while paused', async () => {
    // This screen gets no events about what is away.
    const page = await harness.open('/nodes');
    await page.clock.install();
    let asked = 0;
    await page.route('**/health/ready', async (route) => {
      asked++;
      await route.continue();
    });
    await page.getByLabel('Email').fill('admin@example.org');
    await page.getByLabel('Password').fill('an admin password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Database, bus and media answer').waitFor();
    const first = asked;
    await page.clock.runFor(10_000);
    await expect.poll(() => asked).toBeGreaterThan(first);
    await page.getByRole('switch', { name: 'Paused' }).click();
    const whenPaused = asked;
    await page.clock.runFor(60_000);
    expect(asked).toBe(whenPaused);
    await page.getByRole('switch', { name: 'Paused' }).click();
    await page.clock.runFor(10_000);
    await expect.poll(() => asked).toBeGreaterThan(whenPaused);
  });

  it('says which nodes are missing from the numbers', async () => {
    const page = await harness.open('/');
    await page.route('**/api/v1/top?kind=room', async (route) => {
      const answer = await route.fetch();
      const body = { ...(await answer.json()), nodes: 2, missing: ['abc'] };
      await route.fulfill({ response: answer, json: body });
    });
    await page.getByLabel('Email').fill('admin@example.org');
    await page.getByLabel('Password').fill('an admin password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('region', { name: 'Busiest rooms' }).getByText('As seen by 2 of 3 nodes').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('takes a node out of service after saying who will be disconnected, and puts it back', async () => {
    const services = await ServicesHarness.on(harness.server);
    const { host } = await services.host(await services.service({ title: 'Drained', allowPublicCode: true }), true);
    const page = await harness.enter('/nodes');
    await page.getByRole('table', { name: 'Nodes' }).getByRole('link').first().click();
    await heading(page, /^Node /).waitFor();
    await page.getByText('PostgreSQL', { exact: true }).waitFor();
    await confirm(page, 'Drain', /Sends away [1-9]\d* connection/);
    await page.getByText('draining', { exact: true }).waitFor();
    expect(await host.closeCode()).toBe(1012);
    await confirm(page, 'Undo drain', 'takes new connections');
    await page.getByText('ready', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Drain', exact: true }).waitFor();
  });

  it('ends a call, and says who ended it', async () => {
    const signaling = await SignalingHarness.on(harness.server);
    const [ala, bob] = await signaling.peers(['Ala', 'Bob']);
    await signaling.call(ala!, bob!);
    const page = await harness.enter('/calls');
    await page.getByRole('link', { name: 'Ala, Bob' }).click();
    await heading(page, /^Call \d+$/).waitFor();
    await confirm(page, 'End call', 'Parts 2 participants');
    await bob!.expectNext('remove-peer-connection', { sender_sid: ala!.sid });
    await expect.poll(() => page.getByRole('button', { name: 'End call' }).count()).toBe(0);
    const me = await harness.api('GET', 'auth/me', { token: harness.token });
    await page.getByRole('link', { name: `account ${me.body.id}`, exact: true }).click();
    await heading(page, me.body.email).waitFor();
    await signaling.hangUp();
  });

  it('creates a machine key that is shown once, rotates it and deletes it', async () => {
    const list = (key: string) => harness.api('GET', 'services', { token: key });
    const page = await harness.enter('/accounts');
    await page.getByRole('link', { name: 'Machine keys' }).click();
    await page.getByRole('button', { name: 'New machine key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New machine key' });
    await dialog.getByLabel('Name').fill('Nightly import');
    await dialog.getByRole('button', { name: 'Create machine key' }).click();
    await dialog.getByText('Check at least one scope').waitFor();
    await dialog.getByRole('checkbox', { name: 'services:read' }).check();
    await dialog.getByRole('button', { name: 'Create machine key' }).click();
    const first = (await dialog.getByTestId('secret').textContent())!;
    await dialog.getByRole('button', { name: 'Close' }).click();
    await row(page, 'Nightly import').getByText('services:read').waitFor();
    expect((await list(first)).status).toBe(200);
    await row(page, 'Nightly import').getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByLabel('The old key').selectOption('ends at once');
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    const second = (await page.getByRole('dialog').getByTestId('secret').textContent())!;
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    expect(await Promise.all([first, second].map(async (key) => (await list(key)).status))).toEqual([401, 200]);
    await confirm(page, 'Delete key', 'are refused from now on');
    await page.getByText('No machine keys yet').waitFor();
    expect((await list(second)).status).toBe(401);
  });

  it('shows a viewer everything, but no action that would be refused', async () => {
    const services = await ServicesHarness.on(harness.server);
    const service = await services.service({ title: 'Seen', allowPublicCode: true });
    await services.host(service, true);
    const { user, password } = await newUser(harness.api);
    const admin = await harness.enter(`/accounts/${user.id}`);
    await admin.getByRole('button', { name: 'Change role' }).click();
    const role = admin.getByRole('dialog').getByLabel('Role');
    expect(await role.getByRole('option').count()).toBe(4);
    await role.selectOption('viewer');
    await admin.getByRole('button', { name: 'Save role' }).click();
    await admin.getByText('Role saved').waitFor();
    const page = await harness.enterAs({ email: user.email, password }, '/services');
    await row(page, 'Seen').waitFor();
    const refused = /^(New |Delete|Disconnect|Revoke|Change (role|settings)|Rotate|Drain|End |Disable|Reset|Send|Lift)/;
    const node = (await harness.api('GET', 'nodes', { token: harness.token })).body.items[0].id as string;
    for (const [path, shown] of [
      ['/services', 'Seen'],
      [`/services/${service.id}`, 'Live sessions'],
      ['/connections', 'Seen'],
      ['/rooms', 'Chat'],
      ['/calls', 'Calls'],
      ['/home-servers', 'No home servers yet'],
      [`/accounts/${user.id}`, 'this one'],
      ['/accounts?tab=machine-keys', 'No machine keys yet'],
      ['/revocations', 'Nothing is revoked'],
      [`/nodes/${node}`, 'PostgreSQL'],
    ] as const) {
      await page.evaluate(`history.pushState(null, '', '/console${path}')`);
      await page.getByRole('main').getByText(shown).first().waitFor();
      const names = await page.getByRole('main').getByRole('button').allTextContents();
      expect([path, names.filter((name) => refused.test(name.trim()))]).toEqual([path, []]);
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('new');
    await page.getByText(/^\d+ results?$|^Nothing/).waitFor();
    expect(await page.getByRole('option', { name: 'New service' }).count()).toBe(0);
  });

  it('guides an admin who still has a generated password', async () => {
    const { user } = await newUser(harness.api);
    const token = harness.token;
    await harness.api('PATCH', `accounts/${user.id}`, { token, body: { role: 'admin' } });
    const { body } = await harness.api('POST', `accounts/${user.id}/password-reset`, { token });
    const page = await harness.enterAs({ email: user.email, password: body.temporaryPassword }, '/');
    const steps = page.getByRole('region', { name: /^First steps/ });
    const done = (title: string) => steps.getByRole('listitem').filter({ hasText: title }).getByText('done');
    await steps.getByText('Change the password').waitFor();
    expect(await done('Change the password').count()).toBe(0);
    await steps.getByRole('button', { name: 'Change password' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Current password').fill(body.temporaryPassword);
    await dialog.getByLabel('New password', { exact: true }).fill('a password of my own');
    await dialog.getByLabel('New password again').fill('a password of my own');
    await dialog.getByRole('button', { name: 'Change password' }).click();
    await done('Change the password').waitFor();
    await steps.getByRole('button', { name: 'New service' }).click();
    await dialog.getByLabel('Title').fill('First exhibition');
    await dialog.getByRole('button', { name: 'Create service' }).click();
    await dialog.getByTestId('secret').first().waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await done('Make the first service').waitFor();
    await steps.getByRole('link', { name: 'Open the workbench' }).click();
    await page.getByText('For service First exhibition, as its host').waitFor();
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Connected to').waitFor();
    await page.goBack();
    await done('Connect a first client').waitFor();
    await steps.getByRole('link', { name: 'Show connections' }).click();
    await heading(page, 'Connections').waitFor();
    await page.goBack();
    await done('See it in Connections').waitFor();
    await page.reload();
    await page.getByRole('region', { name: 'First steps: all done' }).waitFor();
    await steps.getByRole('button', { name: 'Dismiss' }).click();
    await steps.waitFor({ state: 'detached' });
    await page.reload();
    await heading(page, 'Overview').waitFor();
    await page.getByRole('region', { name: 'The last hour' }).waitFor();
    expect(await steps.count()).toBe(0);
  });
});
