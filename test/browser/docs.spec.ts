import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CONTRACTS } from '../../src/contracts.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { BrowserPages, DESKTOP, launchChromium, violations } from '../support/browser.js';
import { describeWith } from '../support/requires.js';

const PHONE = { width: 390, height: 844 } as const;
const SIZES = { PHONE, DESKTOP };
/** Where to save screenshots, if anybody wants to look at them. */
const LOOKS = process.env['LOOKS'];

describeWith('chromium', 'the first page and the documents in a browser', () => {
  let browser: Browser;
  let pages: BrowserPages;
  let server: RunningApp;
  let api: Api;
  let token: string;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startApp(ADMIN_ENV)]);
    pages = new BrowserPages(browser);
    api = apiOf(server);
    token = (await signIn(api, ADMIN.email, ADMIN.password)).accessToken;
  });
  afterEach(() => pages.close());
  afterAll(async () => {
    await Promise.all([browser.close(), server.close()]);
  });

  const look = async (page: Page, name: string): Promise<void> => {
    if (LOOKS === undefined) return;
    await mkdir(LOOKS, { recursive: true });
    await page.screenshot({ path: path.join(LOOKS, `${name}.png`) });
  };
  /** Opens a page that may only contact this server. */
  const open = async (where: string, size: keyof typeof SIZES, colorScheme: 'light' | 'dark' = 'light') => {
    const page = await pages.open(server.url, SIZES[size], { colorScheme });
    const foreign: string[] = [];
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && origin !== new URL(server.url).origin) foreign.push(request.url());
    });
    await page.goto(server.url + where);
    return { page, foreign };
  };
  const overflow = (page: Page): Promise<number> =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  it.each([
    ['PHONE', 'light'],
    ['PHONE', 'dark'],
    ['DESKTOP', 'light'],
    ['DESKTOP', 'dark'],
  ] as const)('shows every wire of /docs-asyncapi: %s, %s', async (size, scheme) => {
    const { page, foreign } = await open('/docs-asyncapi', size, scheme);
    await look(page, `asyncapi-${size}-${scheme}`);
    for (const { name, title, receives, sends } of CONTRACTS) {
      await page.locator(`a[href="#${name}"]`).click();
      const section = page.locator(`section:has(> h2[id="${name}"])`);
      await section.getByText(title, { exact: true }).first().waitFor();
      const text = (await section.textContent()) ?? '';
      for (const message of [...receives, ...sends]) expect(text).toContain(message.summary.replaceAll('`', ''));
    }
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const links = await page.locator('a[href^="#"]').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links.filter((link) => !ids.includes(link?.slice(1) ?? ''))).toEqual([]);
    await look(page, `asyncapi-${size}-${scheme}-below`);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    expect([foreign, pages.faults]).toEqual([[], []]);
  });

  it.each([
    ['PHONE', 'dark'],
    ['DESKTOP', 'light'],
  ] as const)('opens three doors at /, with commands for this server: %s, %s', async (size, scheme) => {
    const { page, foreign } = await open('/', size, scheme);
    await page.locator('#pill.good', { hasText: 'Ready' }).waitFor();
    await look(page, `first-${size}-${scheme}`);
    for (const door of ['Try it', 'Integrate', 'Operate']) {
      const card = page.getByRole('region', { name: door, exact: true });
      const command = await card.locator('input').inputValue();
      if (door !== 'Try it') expect(command).toContain(` ${server.url}/`);
      await card.getByRole('button', { name: 'Copy' }).click();
      await card.getByText('Copied').waitFor();
      for (const link of await card.getByRole('link').all()) {
        expect((await fetch(new URL((await link.getAttribute('href')) ?? '', server.url))).status).toBe(200);
      }
    }
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    expect([foreign, pages.faults]).toEqual([[], []]);
  });

  it.each(['PHONE', 'DESKTOP'] as const)(
    'calls from /docs, signed in as an account and as an application: %s',
    async (size) => {
      const application = await api('POST', 'applications', { token, body: { name: `docs ${randomUUID()}` } });
      const { page, foreign } = await open('/docs', size);
      await page.locator('.opblock-tag').first().waitFor();
      await look(page, `swagger-${size}`);
      await page.locator('.scheme-container .authorize').click();
      const dialog = page.locator('.modal-ux');
      for (const [label, value] of [
        ['bearer', token],
        ['apiKey', application.body.apiKey as string],
      ] as const) {
        const form = dialog.locator('.auth-container', { has: page.locator(`h4 code:text-is("${label}")`) });
        await form.locator('input').fill(value);
        await form.getByRole('button', { name: 'Apply credentials' }).click();
      }
      await look(page, `swagger-${size}-authorized`);
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      for (const [tag, path, expected] of [
        ['accounts', '/api/v1/accounts/me', ADMIN.email],
        ['rooms', '/api/v1/rooms', '"items"'],
      ] as const) {
        await page.locator(`.opblock-tag[data-tag="${tag}"]`).click();
        const block = page.locator('.opblock-get', { has: page.locator(`[data-path="${path}"]`) });
        await block.locator('.opblock-summary-control').first().click();
        await block.getByRole('button', { name: 'Try it out' }).click();
        await block.getByRole('button', { name: 'Execute' }).click();
        await block.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
        expect(await block.locator('.live-responses-table').textContent()).toContain(expected);
        await look(page, `swagger-${size}-${tag}`);
      }
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect([foreign, pages.faults]).toEqual([[], []]);
    },
  );
});
