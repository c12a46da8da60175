import { mkdir } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newUser } from '../support/api.js';
import { overflow, violations } from '../support/browser.js';
import { ConsoleHarness } from '../support/console.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { SignalingHarness } from '../support/signaling.js';

const SHOTS = 'reports/console';
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const THEMES = ['light', 'dark'] as const;

/** Creates one of everything, so that every screen has something to show. @returns addresses by name */
async function populate(harness: ConsoleHarness): Promise<Record<string, string>> {
  const services = await ServicesHarness.on(harness.server);
  const rooms = await RoomsHarness.on(harness.server);
  const service = await services.service({ title: 'Planetarium', allowPublicCode: true, guestLimit: 40 });
  for (const title of ['Sound lab', 'Dinosaurs and what became of it', 'كوكب']) await services.service({ title });
  const { code } = await services.host(service, true);
  const { host } = await services.host(await services.service({ title: 'Quiz', allowPublicCode: true }), true);
  for (let i = 0; i < 3; i++) await services.guest(code);
  host.send({ type: 'hello' });
  const app = await rooms.application('Visitor chat');
  await rooms.room(app, 'lobby', { durable: true });
  const anna = await rooms.endpoint(app, 'lobby', 'readwrite', 'Anna');
  await rooms.endpoint(app, 'lobby', 'read', 'Wall display');
  await rooms.connect(anna);
  for (const message of ['Good morning!', { temperature: 21.5, unit: '°C' }, 'x'.repeat(300)])
    await rooms.as(app, 'POST', 'rooms/lobby/messages', { message, identity: 'Sensor' });
  const { user } = await newUser(harness.api, { firstName: 'Grace', lastName: 'Hopper' });
  await harness.api('PATCH', `accounts/${user.id}`, { token: harness.token, body: { disabled: true } });
  const circle = await harness.make('circles', { name: 'Family' });
  await harness.make(`circles/${String(circle['id'])}/devices`, { name: 'Kitchen display' });
  const iota = await harness.make('omikron/iotas', { name: 'Home of the Lovelaces' });
  const iotaId = String(iota['iotaId']);
  await harness.make(`omikron/iotas/${iotaId}/profiles`, { userId: randomUUID(), privateKeyHash: 'a'.repeat(64) });
  await harness.make('revocations', { user: user.id, reason: 'Left the company' });
  const { body } = await harness.api('GET', `services/${service.id}/sessions`, { token: harness.token });
  const live = await harness.api('GET', 'connections?protocol=rooms', { token: harness.token });
  const connection = String(live.body.items[0].id);
  const mine = await harness.api('GET', 'accounts/me', { token: harness.token });
  const admin = String(mine.body.id);
  const { guest } = await services.guest(code);
  await guest.close();
  const networks = { allowedNetworks: ['192.0.2.0/24', '2001:db8::/48'], expiresInSeconds: 7_776_000 };
  await harness.make('machine-keys', {
    name: 'Nightly import',
    scopes: ['services:read', 'services:write'],
    ...networks,
  });
  await harness.make('machine-keys', { name: 'Monitoring', scopes: ['*:read'] });
  const nodes = await harness.api('GET', 'nodes', { token: harness.token });
  const signaling = await SignalingHarness.on(harness.server);
  const [ala, bob] = await signaling.peers(['Ala', 'Bob']);
  await signaling.call(ala!, bob!);
  const calls = await harness.api('GET', 'calls', { token: harness.token });
  return {
    overview: '/',
    connections: '/connections',
    'connections-filtered': '/connections?protocol=services&service=1',
    'connections-ended': '/connections?tab=ended',
    connection: `/connections/${connection}`,
    services: '/services',
    service: `/services/${service.id}`,
    session: `/services/${service.id}/sessions/${String(body.items[0].id)}`,
    rooms: '/rooms',
    application: `/rooms/${app.id}`,
    room: `/rooms/${app.id}/lobby`,
    circles: '/circles',
    circle: `/circles/${String(circle['id'])}`,
    calls: '/calls',
    call: `/calls/${String(calls.body.items[0].id)}`,
    'home-servers': '/home-servers',
    'home-server': `/home-servers/${iotaId}`,
    accounts: '/accounts',
    account: `/accounts/${user.id}`,
    'account-signed-in': `/accounts/${admin}`,
    'machine-keys': '/accounts?tab=machine-keys',
    revocations: '/revocations',
    audit: '/audit',
    nodes: '/nodes',
    node: `/nodes/${String(nodes.body.items[0].id)}`,
    settings: '/settings',
    'settings-changed': '/settings?changed=yes',
    api: '/api',
    workbench: '/api?tab=workbench',
    nothing: '/services/999999',
  };
}

/** Dialogs and views without an address of their own. */
async function lookInto(page: Page, look: (page: Page, name: string) => Promise<void>): Promise<void> {
  await page.evaluate(`history.pushState(null, '', '/console/accounts?tab=machine-keys')`);
  await page.getByRole('button', { name: 'New machine key' }).click();
  await page.getByRole('dialog').waitFor();
  await look(page, 'new-machine-key');
  await page.keyboard.press('Escape');
  await page.evaluate(`localStorage.setItem('switchboard.first-steps', 'begun')`);
  await page.goto(new URL('/console/', page.url()).href);
  await page.getByRole('region', { name: /^First steps/ }).waitFor();
  for (const button of await page.getByRole('button', { name: /^Show as table/ }).all()) await button.click();
  await look(page, 'first-steps-and-tables');
}

/** Something to see in the workbench. */
async function talk(page: Page): Promise<void> {
  await page.evaluate(`history.pushState(null, '', '/console/api?tab=workbench&wire=signaling')`);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByText('Connected to Signaling').waitFor();
  await page.getByLabel('Example', { exact: true }).selectOption({ index: 2 });
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByTestId('frame').filter({ hasText: 'SignalingConnections' }).first().click();
}

describeWith('chromium', 'the looks of the console', () => {
  let harness: ConsoleHarness;
  let addresses: Record<string, string>;

  beforeAll(async () => {
    harness = await ConsoleHarness.start({ REST_RATE: '0' });
    addresses = await populate(harness);
    await mkdir(SHOTS, { recursive: true });
  });
  afterAll(() => harness.close());

  async function look(page: Page, name: string): Promise<void> {
    await page.waitForLoadState('networkidle');
    // What has arrived may request more, so everything is there only once it has been quiet for a while.
    let calm = 0;
    const isLoading = () => page.getByRole('status', { name: 'Loading' }).count();
    await expect.poll(async () => (calm = (await isLoading()) === 0 ? calm + 1 : 0)).toBeGreaterThan(5);
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
    expect([name, await violations(page), await overflow(page)]).toEqual([name, [], 0]);
  }

  it.each(SIZES.flatMap((size) => THEMES.map((theme) => [`${size.width} px, ${theme}`, size, theme] as const)))(
    'has no fault on any screen: %s',
    { timeout: 180_000 },
    async (_name, size, theme) => {
      const suffix = `${size.width}-${theme}`;
      await look(await harness.open('/', size, theme), `sign-in-${suffix}`);
      const page = await harness.enter('/', size, theme);
      for (const [name, path] of Object.entries(addresses)) {
        // Like a link: the program stays loaded.
        await page.evaluate(`history.pushState(null, '', '/console${path}')`);
        await look(page, `${name}-${suffix}`);
      }
      await page.evaluate(`history.pushState(null, '', '/console/services')`);
      await page.getByRole('button', { name: 'New service' }).click();
      await page.getByRole('dialog').waitFor();
      await look(page, `new-service-${suffix}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Columns' }).click();
      await look(page, `columns-${suffix}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('a');
      await page.getByText(/^\d+ results$/).waitFor();
      await look(page, `palette-${suffix}`);
      await page.keyboard.press('Escape');
      await talk(page);
      await look(page, `workbench-open-${suffix}`);
      await lookInto(page, (at, name) => look(at, `${name}-${suffix}`));
      await harness.pages.expectFault(/404/);
      expect(harness.pages.faults).toEqual([]);
      await harness.pages.close();
    },
  );
});
