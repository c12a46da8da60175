import axe from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export const DESKTOP = { width: 1280, height: 800 } as const;
/** Size of the narrowest phones in use. */
export const PHONE = { width: 360, height: 740 } as const;

/** Debian's Chromium without a window. Camera and microphone are fakes that need no permission. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: execFileSync('/bin/sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: [
      // There is no sandbox for root.
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--allow-loopback-in-peer-connection',
    ],
  });
}

/** Pages of one test, each in its own browser profile and watched for faults that no assertion would see. */
export class BrowserPages {
  readonly #contexts: BrowserContext[] = [];
  readonly #faults: string[] = [];

  constructor(private readonly browser: Browser) {}

  /** Faults of all pages: script errors, refusals by the content security policy, missing files. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Waits for a fault provoked by the test, and discards all that match. */
  async expectFault(pattern: RegExp): Promise<void> {
    const giveUp = Date.now() + 5_000;
    while (!this.#faults.some((fault) => pattern.test(fault))) {
      if (Date.now() > giveUp) throw new Error(`No fault matches ${String(pattern)}: ${this.#faults.join(' · ')}`);
      await sleep(20);
    }
    this.#faults.splice(0, Infinity, ...this.#faults.filter((fault) => !pattern.test(fault)));
  }

  async open(
    url: string,
    viewport = DESKTOP as { width: number; height: number },
    options?: BrowserContextOptions,
  ): Promise<Page> {
    const context = await this.browser.newContext({ viewport, ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(30_000);
    context.on('weberror', (error) => this.#faults.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error') this.#faults.push(message.text());
    });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  /** Closes all pages. */
  async close(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    this.#faults.length = 0;
  }
}

/** axe's findings in a page: rule, element and reason. Injected by the debugger, which bypasses the page's policy. */
export async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe.source });
  await session.detach();
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ': ' + failureSummary)))`,
  );
}

/** By how many CSS pixels a page is wider than its window; 0 = no sideways scrolling. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
