import { type Browser, type Page } from 'playwright-core';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from './api.js';
import { type RunningApp, startApp } from './app.js';
import { BrowserPages, DESKTOP, launchChromium } from './browser.js';

/** A server, a browser, and somebody signed in to the console. */
export class ConsoleHarness {
  readonly pages: BrowserPages;
  readonly api: Api;

  private constructor(
    readonly server: RunningApp,
    private readonly browser: Browser,
    /** Access token of the admin. */
    readonly token: string,
  ) {
    this.pages = new BrowserPages(browser);
    this.api = apiOf(server);
  }

  static async start(env: Record<string, string> = {}): Promise<ConsoleHarness> {
    const [server, browser] = await Promise.all([startApp({ ...ADMIN_ENV, ...env }), launchChromium()]);
    const { accessToken } = await signIn(apiOf(server), ADMIN.email, ADMIN.password);
    return new ConsoleHarness(server, browser, accessToken);
  }

  /** A page on which nobody has signed in. */
  open(path = '/', viewport: { width: number; height: number } = DESKTOP, colorScheme: 'light' | 'dark' = 'light') {
    return this.pages.open(`${this.server.url}/console${path}`, viewport, { colorScheme, acceptDownloads: true });
  }

  /** The console at an address, signed in. */
  enter(...args: Parameters<ConsoleHarness['open']>): Promise<Page> {
    return this.enterAs(ADMIN, ...args);
  }

  async enterAs(
    { email, password }: { readonly email: string; readonly password: string },
    ...args: Parameters<ConsoleHarness['open']>
  ): Promise<Page> {
    const page = await this.open(...args);
    await fillSignIn(page, email, password);
    await page.getByRole('heading', { level: 1 }).and(page.locator(':not(:text-is("Console"))')).waitFor();
    return page;
  }

  /** Creates something over REST, as the admin. */
  async make(path: string, body: object): Promise<Record<string, never>> {
    const answer = await this.api('POST', path, { body, token: this.token });
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body as Record<string, never>;
  }

  async close(): Promise<void> {
    await this.pages.close();
    await this.browser.close();
    await this.server.close();
  }
}

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
