import { type Api, type ApiAnswer, apiOf } from '../api.js';
import { type RunningApp } from '../app.js';
import { FetchBrowser } from './fetch-browser.js';

/** The server's name in browsers; each request to it goes to the next node. */
export const PUBLIC_URL = 'http://switchboard.test';

export const isCallback = ({ href }: URL): boolean => href.startsWith(`${PUBLIC_URL}/api/v1/auth/oidc/callback`);
const isPage = ({ href }: URL): boolean => href.startsWith(PUBLIC_URL) && !href.includes('/api/');

/** The fragment of the page where a sign-in ends. */
export const outcomeOf = ({ hash }: URL): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(hash.slice(1)));

/** Users who sign in at a provider, each in a browser of its own. */
export class OidcPeople {
  readonly api: Api;

  constructor(private readonly app: RunningApp) {
    this.api = apiOf(app);
  }

  browser(): FetchBrowser {
    return new FetchBrowser((url) =>
      url.origin === PUBLIC_URL ? `${this.app.url}${url.pathname}${url.search}` : url.href,
    );
  }

  /** Signs in up to the provider's redirect back. @returns its target */
  async answerFor(login: string, browser: FetchBrowser, returnTo = '/console/audit'): Promise<URL> {
    const start = `${PUBLIC_URL}/api/v1/auth/oidc/start?${new URLSearchParams({ returnTo }).toString()}`;
    const at = await browser.go(start, isCallback);
    if (isCallback(at)) return at;
    const form = new URLSearchParams(login === '' ? { cancel: '1' } : { login });
    return browser.go(at, isCallback, { method: 'POST', body: form });
  }

  /** Signs in up to the page that started it. @returns its address */
  async pageFor(login: string, browser = this.browser(), returnTo?: string): Promise<URL> {
    return browser.go(await this.answerFor(login, browser, returnTo), isPage);
  }

  async exchange(code: string | undefined, browser?: FetchBrowser): Promise<ApiAnswer> {
    const body = { code: code ?? '' };
    if (browser === undefined) return this.api('POST', 'auth/oidc/exchange', { body });
    const headers = { 'content-type': 'application/json', origin: PUBLIC_URL };
    const url = `${PUBLIC_URL}/api/v1/auth/oidc/exchange`;
    const answer = await browser.visit(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) };
  }

  /** Signs in completely. */
  async signIn(login: string): Promise<ApiAnswer> {
    const browser = this.browser();
    const { code, error } = outcomeOf(await this.pageFor(login, browser));
    if (error !== undefined) throw new Error(`${login} came back with ${error}`);
    return this.exchange(code, browser);
  }
}
