import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { BrowserPages, launchChromium } from '../support/browser.js';
import { ForeignPages } from '../support/foreign-page.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { CLIENTS, type ClientVersion } from '../support/signaling.js';

interface Outcome {
  /** The server's answer to a lobby request; `undefined` if the client could not connect. */
  readonly answer?: unknown;
  readonly first?: string;
  readonly last?: string;
}

/** Connects with the page's client and its defaults, and asks the lobby. */
const connect = (page: Page, url: string, options: object = {}): Promise<Outcome> =>
  run<Outcome>(
    page,
    `([url, options]) => new Promise((resolve) => {
      const socket = io(url, { forceNew: true, reconnection: false, ...options });
      // Noted now, since it may have upgraded to a WebSocket by the time it is connected.
      const first = socket.io.engine.transport.name;
      socket.on('connect_error', () => resolve({}));
      socket.on('connect', () => {
        const { engine } = socket.io;
        const ask = () => {
          socket.once('connections', (answer) => {
            resolve({ answer, first, last: engine.transport.name });
            socket.close();
          });
          socket.emit('name', 'Ala');
          socket.emit('connections');
        };
        if (options.transports || engine.transport.name === 'websocket') ask();
        else engine.once('upgrade', ask);
      });
    })`,
    [url, options],
  );

/** Calls a function given as JavaScript text in the page, since we have no browser types here. */
const run = <T>(page: Page, source: string, args: readonly unknown[]): Promise<T> =>
  page.evaluate<T>(`(${source})(${JSON.stringify(args)})`);

const VERSIONS = Object.keys(CLIENTS) as ClientVersion[];

describeWith('chromium', 'a page of another origin', () => {
  let browser: Browser;
  let pages: BrowserPages;
  let foreign: ForeignPages;
  let server: RunningApp;
  let strict: RunningApp;

  beforeAll(async () => {
    [browser, foreign, server] = await Promise.all([launchChromium(), ForeignPages.start(), startApp(ADMIN_ENV)]);
    pages = new BrowserPages(browser);
    strict = await startApp({ ALLOWED_ORIGINS: foreign.origin('localhost') });
  });
  afterEach(() => pages.close());
  afterAll(async () => {
    await browser.close();
    foreign.close();
    await Promise.all([server.close(), strict.close()]);
  });

  it.each(VERSIONS)('connects with client %s and its defaults: by polling, then by WebSocket', async (version) => {
    const page = await pages.open(foreign.page(version));
    const outcome = await connect(page, server.url);
    expect(outcome).toMatchObject({ first: 'polling', last: 'websocket' });
    expect(outcome.answer).toBeDefined();
    expect(pages.faults).toEqual([]);
  });

  it.each(VERSIONS)('connects with client %s by polling alone, with any headers and credentials', async (version) => {
    const page = await pages.open(foreign.page(version));
    const extraHeaders = { 'X-Own': 'needs a preflight' };
    for (const options of [
      {},
      { withCredentials: true },
      { withCredentials: false },
      { extraHeaders, transportOptions: { polling: { extraHeaders } } },
    ]) {
      const outcome = await connect(page, server.url, { transports: ['polling'], ...options });
      expect(outcome).toMatchObject({ first: 'polling', last: 'polling' });
    }
    expect(pages.faults).toEqual([]);
  });

  it.each(VERSIONS)('connects with client %s only if its origin is listed', async (version) => {
    const listed = await pages.open(foreign.page(version, 'localhost'));
    expect((await connect(listed, strict.url)).answer).toBeDefined();
    const other = await pages.open(foreign.page(version));
    expect(await connect(other, strict.url)).toEqual({});
    expect(await connect(other, strict.url, { transports: ['websocket'] })).toEqual({});
  });

  it('can read why a polling request was refused', async () => {
    const page = await pages.open(foreign.page());
    const answer = await run(
      page,
      `([url]) => fetch(url, { credentials: 'include' }).then(async (answer) => [answer.status, await answer.json()])`,
      [`${server.url}/socket.io/?EIO=4&transport=polling&sid=gone`],
    );
    expect(answer).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
  });

  it('reads REST, the legacy routes, the directory and an event stream, with credentials', async () => {
    const harness = await RoomsHarness.on({ url: server.url, wsUrl: server.wsUrl });
    const application = await harness.application();
    await harness.room(application, 'r');
    const { code } = await harness.endpoint(application, 'r', 'read', 'page');
    const page = await pages.open(foreign.page());
    const answers = await run(
      page,
      `([url, key, code]) => Promise.all([
        ...['/api/v1/rooms', '/list_rooms/', '/api/find_omikron/'].map((path) =>
          fetch(url + path, { credentials: 'include', headers: { 'API-KEY': key } })
            .then((answer) => [answer.status, answer.headers.get('x-request-id') !== null])),
        new Promise((resolve) => {
          const stream = new EventSource(url + '/sse/endpoint/' + code, { withCredentials: true });
          stream.onopen = () => resolve('open');
          stream.onerror = () => resolve('refused');
        }),
      ])`,
      [server.url, application.apiKey, code],
    );
    expect(answers).toEqual([[200, true], [200, true], [200, true], 'open']);
  });
});
