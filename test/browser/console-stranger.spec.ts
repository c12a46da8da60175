import { mkdir } from 'node:fs/promises';
import { type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { overflow, PHONE } from '../support/browser.js';
import { ConsoleHarness } from '../support/console.js';
import { describeWith } from '../support/requires.js';
import { type Permissions, RoomsHarness } from '../support/rooms.js';
import { SignalingHarness } from '../support/signaling.js';

const SHOTS = 'reports/console';

/** Somebody who has read no documentation, at night, on a phone: the screens must guide them, in few presses. */
describeWith('chromium', 'a stranger at the console', () => {
  let harness: ConsoleHarness;
  let rooms: RoomsHarness;
  let presses: number;

  beforeAll(async () => {
    harness = await ConsoleHarness.start({ REST_RATE: '0' });
    rooms = await RoomsHarness.on(harness.server);
    await mkdir(SHOTS, { recursive: true });
  });
  afterEach(async () => {
    const faults = [...harness.pages.faults];
    await harness.pages.close();
    await rooms.hangUp();
    expect(faults).toEqual([]);
  });
  afterAll(() => harness.close());

  const press = async (what: Locator): Promise<void> => {
    presses++;
    await what.click();
  };
  /** Opens the navigation by its button on a phone. */
  const goTo = async (page: Page, name: string): Promise<void> => {
    await press(page.getByRole('button', { name: 'Navigation' }));
    await press(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }));
  };
  const begin = (): Promise<Page> => {
    presses = 0;
    return harness.enter('/', PHONE);
  };
  const keep = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: `${SHOTS}/stranger-${name}-360.png` });
    expect([name, await overflow(page)]).toEqual([name, 0]);
  };

  it.each<[string, { permissions?: Permissions; connects?: boolean; act?: 'revoke' | 'expire'; says: RegExp }]>([
    ['revoked', { act: 'revoke', says: /^revoked its code, or the key that made it, is refused/ }],
    ['expired', { act: 'expire', says: /^expired .*it needs a new code$/ }],
    ['not connected', { connects: false, says: /^not connected how it ended last$/ }],
    ['read-only', { permissions: 'read', says: /^connected hears, and may not speak: 1 socket$/ }],
    ['write-only', { permissions: 'write', says: /^connected may speak, and hears nothing: 1 socket$/ }],
  ])('is told that an endpoint is %s', async (name, { permissions = 'readwrite', connects = true, act, says }) => {
    const app = await rooms.application(`Museum, ${name}`);
    const room = name.replace(' ', '-');
    await rooms.room(app, room);
    for (const other of ['Ann', 'Bob']) await rooms.member(app, room, 'readwrite', other);
    const seconds = act === 'expire' ? { expiresInSeconds: 1 } : {};
    const endpoint = await rooms.endpoint(app, room, permissions, 'Wall display', seconds);
    if (act === undefined && connects) await rooms.connect(endpoint);
    if (act === 'revoke') await rooms.admin('POST', 'revocations', { endpoint: endpoint.code });
    const page = await begin();
    await goTo(page, 'Rooms');
    await press(page.getByRole('link', { name: app.name }));
    await press(page.getByRole('link', { name: room, exact: true }));
    const row = page.getByRole('table', { name: 'Endpoints' }).getByRole('row').filter({ hasText: 'Wall display' });
    const state = row.locator('[data-label=State]');
    await state.waitFor();
    await expect.poll(async () => (await state.innerText()).replace(/\s+/g, ' '), { timeout: 30_000 }).toMatch(says);
    expect(presses).toBe(4);
    await row.scrollIntoViewIfNeeded();
    await keep(page, room);
  });

  it('is told why a call failed', async () => {
    const signaling = await SignalingHarness.on(harness.server);
    const [ala, bob] = await signaling.peers(['Ala', 'Bob']);
    await signaling.call(ala!, bob!);
    await signaling.hangUp();
    const ended = async () => (await rooms.admin('GET', 'calls?state=ended')).body.items.length as number;
    await expect.poll(ended, { timeout: 30_000 }).toBe(1);
    // The state that a killed node leaves behind.
    await harness.server.dataSource.query(`UPDATE "calls" SET "outcome" = 'failed', "reason" = 'node_lost'`);
    const page = await begin();
    await goTo(page, 'Calls');
    const row = page.getByRole('table', { name: 'Calls' }).getByRole('row').filter({ hasText: 'Ala, Bob' });
    await row.getByText('failed').waitFor();
    await row.getByText('the server process that carried it was lost').waitFor();
    expect(presses).toBe(2);
    await keep(page, 'failed-call');
  });
});
