import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BrowserPages, DESKTOP, launchChromium, overflow, PHONE } from '../support/browser.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness, type TestApplication, type TestEndpoint } from '../support/rooms.js';

const NASTY = `<img src=x onerror="document.title='owned'">`;

describeWith('chromium', 'the room page', () => {
  let harness: RoomsHarness;
  let browser: Browser;
  let pages: BrowserPages;
  let app: TestApplication;
  let rooms = 0;

  beforeAll(async () => {
    [harness, browser] = await Promise.all([RoomsHarness.start(), launchChromium()]);
    pages = new BrowserPages(browser);
    app = await harness.application();
  });
  afterEach(async () => {
    const faults = [...pages.faults];
    await pages.close();
    await harness.hangUp();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await harness.close();
  });

  async function room(durable = true): Promise<string> {
    const name = `page-${++rooms}`;
    await harness.room(app, name, { durable });
    return name;
  }
  const open = ({ code }: TestEndpoint, size: typeof DESKTOP | typeof PHONE = DESKTOP) =>
    pages.open(`${harness.server.url}/room/${code}/`, size, size === PHONE ? { hasTouch: true, isMobile: true } : {});
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  };
  const log = (page: Page) => page.getByRole('log', { name: 'Messages' });
  const hears = (page: Page, text: string | RegExp) => log(page).getByText(text).first().waitFor();
  const shows = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
  const bodies = (page: Page) => log(page).locator('.body').allTextContents();
  const screenshot = async (page: Page, name: string) => {
    const folder = process.env['SCREENSHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
  };

  it('loads no more of the client than it uses', async () => {
    const lobby = await room();
    const page = await pages.open('about:blank');
    const parts = new Set<string>();
    page.on('request', (request) => parts.add(/client\/(.+)\.js$/.exec(request.url())?.[1] ?? ''));
    await page.goto(`${harness.server.url}/room/${(await harness.endpoint(app, lobby)).code}/`);
    await shows(page, 'Connected');
    expect([...parts].filter((part) => part !== '').sort()).toEqual(['base', 'outbox', 'rooms', 'sockets']);
  });

  it('is served to anybody, under its own strict policy, whatever the code', async () => {
    const response = await fetch(`${harness.server.url}/room/whatever/`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await response.text()).not.toContain('whatever');
  });

  it.each([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ])('shows history, members and messages, on a %s', async (name, size) => {
    const lobby = await room();
    for (const message of ['Good morning!', { temperature: 21.5, unit: '°C' }, NASTY]) {
      await harness.as(app, 'POST', `rooms/${lobby}/messages`, { message, identity: 'Sensor' });
    }
    const [anna, ben] = [
      await open(await harness.endpoint(app, lobby, 'readwrite', 'Anna'), size),
      await open(await harness.endpoint(app, lobby, 'readwrite', 'Ben'), size),
    ];
    for (const page of [anna, ben]) {
      await hears(page, 'Good morning!');
      await hears(page, '{"temperature":21.5,"unit":"°C"}');
      await hears(page, NASTY);
      await shows(page, 'Here now (2)');
    }
    expect(await anna.title()).toBe('Room · Switchboard');
    await say(anna, 'Hello Ben,\nhow are you?');
    await hears(ben, /Hello Ben/);
    await say(ben, 'Fine 👋');
    await hears(anna, 'Fine 👋');
    await shows(anna, 'Up to message 5 · none missing');
    await anna.locator('.mine', { hasText: 'Hello Ben' }).waitFor();
    await expect.poll(() => anna.locator('.waiting').count()).toBe(0);
    expect(await anna.locator('.mine').count()).toBe(1);
    expect(await overflow(anna)).toBe(0);
    await screenshot(anna, `room-${name}`);
    await ben.close();
    await shows(anna, 'Here now (1)');
  });

  it('reconnects by itself, sends waiting messages once, and shows that nothing was missed', async () => {
    const lobby = await room();
    const anna = await open(await harness.endpoint(app, lobby, 'readwrite', 'Anna'), PHONE);
    await shows(anna, 'Connected');
    await say(anna, 'one');
    await anna.locator('.mine:not(.waiting)', { hasText: 'one' }).waitFor();
    await anna.context().setOffline(true);
    await shows(anna, /Away/);
    for (const message of ['two', 'three']) await harness.as(app, 'POST', `rooms/${lobby}/messages`, { message });
    await say(anna, 'four');
    expect(await anna.locator('.waiting').count()).toBe(1);
    await anna.context().setOffline(false);
    await shows(anna, 'Back. Caught up on 2 messages; nothing is missing.');
    await shows(anna, 'Up to message 4 · none missing');
    expect(await bodies(anna)).toEqual(['one', 'two', 'three', 'four']);
    await screenshot(anna, 'room-recovered');
    const { body } = await harness.as(app, 'GET', `rooms/${lobby}/messages`);
    expect(body.items.map(({ message }: { message: string }) => message)).toEqual(['one', 'two', 'three', 'four']);
    // The browser complains about the connections that could not be made.
    await pages.expectFault(/ERR_INTERNET_DISCONNECTED|WebSocket/).catch(() => undefined);
  });

  it('says so if the room keeps nothing, and still recognizes its own messages', async () => {
    const lobby = await room(false);
    const page = await open(await harness.endpoint(app, lobby, 'readwrite', 'Anna'));
    await hears(page, /keeps no messages/);
    await say(page, 'fleeting');
    await page.locator('.mine:not(.waiting)', { hasText: 'fleeting' }).waitFor();
    expect(await bodies(page)).toEqual(['fleeting']);
  });

  it('says that a link is not valid, or no longer valid', async () => {
    const lobby = await room();
    const endpoint = await harness.endpoint(app, lobby);
    const page = await open(endpoint);
    await shows(page, 'Connected');
    await harness.as(app, 'DELETE', `rooms/${lobby}/endpoints/${endpoint.code}`);
    await shows(page, 'This link has expired or was withdrawn.');
    await shows(page, 'Ended');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    const stranger = await open({ ...endpoint, code: 'nonsense' }, PHONE);
    await shows(stranger, /does not accept this link/);
    await screenshot(stranger, 'room-refused');
    await pages.expectFault(/403/);
  });
});
