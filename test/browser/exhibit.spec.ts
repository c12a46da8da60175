import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { ADMIN } from '../support/api.js';
import { BrowserPages, DESKTOP, launchChromium, overflow, PHONE } from '../support/browser.js';
import { describeWith } from '../support/requires.js';
import { ServicesHarness, type TestService } from '../support/services.js';

/** What breaks pages that concatenate text: markup, an emoji with joiners, right-to-left letters and an override. */
const NASTY = `<img src=x onerror="document.title='owned'"><b>x</b>`;
const WORLD = '👩‍🚀 كوكب \u202Eevil & שלום';

describeWith('chromium', 'the exhibit page', () => {
  let harness: ServicesHarness;
  let browser: Browser;
  let pages: BrowserPages;

  beforeAll(async () => {
    [harness, browser] = await Promise.all([ServicesHarness.start(), launchChromium()]);
    pages = new BrowserPages(browser);
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

  const url = () => `${harness.server.url}/exhibit/`;

  async function join(page: Page, credential: string, name = ''): Promise<Page> {
    await page.getByLabel('Token or code').fill(credential);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Join' }).click();
    return page;
  }

  const enter = async (credential: string, name = '', size: typeof DESKTOP | typeof PHONE = DESKTOP) =>
    join(await pages.open(url(), size), credential, name);

  const byLink = (code: string) => pages.open(`${url()}#code=${code}`, PHONE, { hasTouch: true, isMobile: true });

  async function host(service: TestService): Promise<{ page: Page; code: string }> {
    const page = await enter(service.hostToken);
    await shows(page, 'You are the host');
    const code = page.locator('#code');
    await code.waitFor();
    return { page, code: (await code.textContent())! };
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  }

  const shows = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
  const logOf = (page: Page) => page.getByRole('log', { name: 'Messages' });
  const hears = (page: Page, text: string | RegExp) => logOf(page).getByText(text).first().waitFor();
  /** Admits the page's next connection and then closes it with `code`; later ones reach the server. */
  async function closeNextWith(page: Page, code: number): Promise<void> {
    let first = true;
    await page.routeWebSocket(/\/ws\/$/, (socket) => {
      if (!first) {
        socket.connectToServer();
        return;
      }
      first = false;
      socket.onMessage(() => {
        socket.send('{"type":"server_authorized","message":"Authorized as client"}');
        void socket.close({ code });
      });
    });
  }

  it('lets host, client and a guest with a link talk, and shows who joins, who leaves and the round-trip times', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { page: hostPage, code } = await host(service);
    expect(code).toMatch(/^[A-VX-Z]{4}$/);
    const link = await hostPage.getByLabel('Link').inputValue();
    expect(link).toBe(`${url()}#code=${code}`);
    expect(
      await hostPage
        .getByRole('img', { name: `QR code of ${link}` })
        .first()
        .isVisible(),
    ).toBe(true);

    const client = await enter(service.clientToken, 'Table');
    await hears(hostPage, /joined as client/);
    const guest = await byLink(code);
    await shows(guest, 'You are a guest');
    await hears(hostPage, /joined as guest/);
    await hostPage.getByRole('heading', { name: 'Connected (2)' }).waitFor();
    for (const page of [hostPage, client, guest]) await shows(page, /\d ms/);

    await say(hostPage, 'Welcome all');
    await hears(client, 'Welcome all');
    await hears(guest, 'Welcome all');
    await say(guest, 'Hello from a phone');
    await hears(hostPage, 'Hello from a phone');
    await hostPage.getByLabel('To', { exact: true }).selectOption({ label: await labelOf(hostPage, 'Table') });
    await say(hostPage, 'For the table alone');
    await hears(client, 'For the table alone');
    // The relay keeps the order, so anything in flight would have arrived before these.
    await hostPage.getByLabel('To', { exact: true }).selectOption('');
    await say(hostPage, 'For all');
    for (const page of [client, guest]) await hears(page, 'For all');
    expect(await logOf(guest).textContent()).not.toContain('For the table alone');
    expect(await logOf(client).textContent()).not.toContain('Hello from a phone');

    await client.getByRole('button', { name: 'Leave' }).click();
    await hears(hostPage, /Table.*left/);
    expect(await client.getByLabel('Token or code').inputValue()).toBe('');
  });

  const labelOf = async (page: Page, name: string) =>
    (await page.locator('#to option').allTextContents()).find((label) => label.includes(name))!;

  it('finds those who were there before the host', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const client = await enter(service.clientToken, 'Early');
    await shows(client, 'No host has been heard of yet.');
    const { page } = await host(service);
    await page
      .getByRole('list', { name: /Connected/ })
      .getByText('Early')
      .waitFor();
    await shows(client, /Host.*is here/);
  });

  it('sends raw JSON as typed, and says what is not JSON', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { page } = await host(service);
    const { client } = await harness.client(service);
    await page.getByLabel('Raw JSON').check();
    await say(page, '[1]');
    await page.getByRole('alert').getByText('not a JSON object').waitFor();
    await say(page, `{"token":"${service.hostToken.toUpperCase()}"}`);
    await page.getByRole('alert').getByText('holds your token').waitFor();
    await say(page, '{"n": 12345678901234567890, "deep": {"x": 1e400}}');
    let text = await client.nextText();
    while (text.includes('exhibit_ping')) text = await client.nextText();
    expect(text).toBe('{"n": 12345678901234567890, "deep": {"x": 1e400}}');
    client.send('{"n": 12345678901234567890}');
    await hears(page, /12345678901234567890/);
  });

  it('shows names and messages as they are, whatever is in them', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { page, code } = await host(service);
    const guest = await join(await pages.open(url(), PHONE), code, `${NASTY} ${WORLD}`);
    await shows(guest, 'You are a guest');
    const people = page.getByRole('list', { name: /Connected/ });
    await people.getByText(NASTY).waitFor();
    expect(await people.textContent()).toContain(`${NASTY} ${WORLD}`);
    await say(guest, NASTY);
    await say(guest, WORLD);
    await hears(page, WORLD);
    expect(await logOf(page).textContent()).toContain(NASTY);
    const { guest: rude } = await harness.guest(code);
    rude.send({ type: NASTY, text: NASTY, 'exhibit<br>': [NASTY] });
    rude.send({ type: 'message', text: 'x'.repeat(300_000) });
    rude.send({ type: 'exhibit_pong', id: 1, name: { toString: NASTY }, role: [NASTY] });
    await hears(page, /300,000 characters/);
    expect(await page.locator('main img, main b').count()).toBe(0);
    expect(await page.title()).toContain('Host');
    expect(await overflow(page)).toBe(0);
    expect(await overflow(guest)).toBe(0);
  });

  it('stays usable in a flood', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { page } = await host(service);
    const { client } = await harness.client(service);
    for (let i = 0; i < 2_000; i++) client.send({ type: 'message', text: `flood ${i}` });
    await hears(page, 'flood 1999');
    expect(await logOf(page).locator('> *').count()).toBeLessThanOrEqual(200);
    await say(page, 'still here');
    await hears(page, 'still here');
  });

  it.each([
    ['ZZZZ', 'by hand'],
    [crypto.randomUUID(), 'by hand'],
    ['ZZZZ', 'by link'],
  ])('says that %s, given %s, is not valid, and waits for another one', async (wrong, how) => {
    const service = await harness.service({ allowPublicCode: true });
    const page = how === 'by link' ? await byLink(wrong) : await enter(wrong);
    await page.getByRole('alert').getByText('That token or code is not valid').waitFor();
    const { code } = await harness.host(service, true);
    await join(page, ` ${code.toLowerCase()} `);
    await shows(page, 'You are a guest');
  });

  it('says that a session is full', async () => {
    const service = await harness.service({ allowPublicCode: true, guestLimit: 1 });
    const { host: hostSocket, code } = await harness.host(service, true);
    const { guest } = await harness.guest(code, hostSocket);
    const page = await enter(code);
    await page.getByRole('heading', { name: 'The session is full' }).waitFor();
    await guest.close();
    await hostSocket.next();
    await page.getByRole('button', { name: 'Try again' }).click();
    await shows(page, 'You are a guest');
  });

  it('tells guests and clients that the host has left', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { page, code } = await host(service);
    const client = await enter(service.clientToken);
    const guest = await byLink(code);
    await shows(guest, 'You are a guest');
    await shows(client, 'The host is here.');
    await page.getByRole('button', { name: 'Leave' }).click();
    await guest.getByRole('heading', { name: 'The host has left' }).waitFor();
    await hears(client, /The host has left. You stay connected/);
    await shows(client, 'No host is connected.');
    await host(service);
    await shows(client, /Host.*is here/);
    // The old link no longer admits, and says so.
    await guest.reload();
    await guest.getByRole('alert').getByText('is not valid').waitFor();
  });

  it('tells a host that another one has taken over, and does not fight for the seat', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { page: first, code } = await host(service);
    const guest = await byLink(code);
    await shows(guest, 'You are a guest');
    const { page: second } = await host(service);
    await first.getByRole('heading', { name: 'Another host took over' }).waitFor();
    await guest.getByRole('heading', { name: 'The host has left' }).waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await shows(second, 'You are the host');
    await first.getByRole('button', { name: 'Take over again' }).click();
    await shows(first, 'You are the host');
    await second.getByRole('heading', { name: 'Another host took over' }).waitFor();
  });

  it.each([
    [1012, 'The server restarts'],
    [4008, 'Too slow'],
    [1013, 'The server is busy'],
    [1011, 'The server failed'],
  ])('says why it was closed with %i, and reconnects by itself', async (code, words) => {
    const service = await harness.service({ allowPublicCode: true });
    const page = await pages.open(url(), PHONE);
    await closeNextWith(page, code);
    await join(page, service.clientToken);
    await hears(page, `${words}.`);
    await hears(page, /Connected again/);
    await shows(page, 'You are a client');
    await say(page, 'here again');
    await hears(page, 'here again');
  });

  it('tells everybody when the server shuts down, and waits for it', async () => {
    const other = await ServicesHarness.start();
    try {
      const service = await other.service();
      const page = await pages.open(`${other.server.url}/exhibit/`, PHONE);
      await join(page, service.clientToken);
      await shows(page, 'You are a client');
      await other.server.app.get(Lifecycle).drain();
      await hears(page, 'The server restarts.');
      await shows(page, /Trying again in \d+ s/);
      expect(await overflow(page)).toBe(0);
      await say(page, 'too early');
      await page.getByRole('alert').getByText('Not connected right now').waitFor();
      expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('too early');
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.getByRole('button', { name: 'Give up' }).click();
      await page.getByLabel('Token or code').waitFor();
      await pages.expectFault(/WebSocket connection .* failed/);
    } finally {
      await other.close();
    }
  });

  it('removes tokens from the address, and never puts one into a request', async () => {
    const service = await harness.service();
    const requests: string[] = [];
    const page = await pages.open('about:blank');
    page.on('request', (request) => requests.push(request.url()));
    page.on('websocket', (socket) => requests.push(socket.url()));
    await page.goto(`${url()}#token=${service.clientToken}`);
    await shows(page, 'You are a client');
    expect(page.url()).toBe(url());
    expect(requests.length).toBeGreaterThan(5);
    // It also loads no more of the client than it uses.
    const parts = requests.flatMap((request) => /client\/(.+)\.js$/.exec(request)?.[1] ?? []);
    expect(parts.sort()).toEqual(['base', 'services', 'sockets']);
    for (const request of requests) expect(request.split('#')[0]).not.toContain(service.clientToken);
    expect(await page.evaluate('history.length')).toBe(2);
  });

  it('creates a service for an admin, with the title verbatim, and opens its client in a second tab', async () => {
    const page = await pages.open(url());
    await page.getByText('No token yet?').click();
    await page.getByLabel('Email').fill(ADMIN.email);
    await page.getByLabel('Password').fill('wrong');
    const title = `<b>🪐</b> كوكب`;
    await page.getByLabel('Title of the service').fill(title);
    await page.getByRole('button', { name: 'Make the service' }).click();
    await page.getByRole('alert').first().waitFor();
    await pages.expectFault(/401/);
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Make the service' }).click();
    await page.getByRole('heading', { name: title }).waitFor();
    await page.getByRole('button', { name: 'Be the host in this tab' }).click();
    await shows(page, 'You are the host');
    const opening = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Open a client in a new tab' }).click();
    const client = await opening;
    await shows(client, 'You are a client');
    await hears(page, /joined as client/);
  });

  it('can be used by keyboard alone', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const page = await pages.open(url());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type(service.hostToken);
    await page.keyboard.press('Enter');
    await shows(page, 'You are the host');
    await page.keyboard.type('typed at once');
    await page.keyboard.press('Enter');
    await hears(page, 'typed at once');
    await page.getByRole('button', { name: 'Show the QR code large' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Join with your phone' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});
