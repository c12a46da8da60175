import { type Locator, type Page } from 'playwright-core';

/** After this many presses a person would give up. */
const MOST = 300;

/** An element of the page; the functions below run there. */
interface PageElement {
  compareDocumentPosition(other: PageElement): number;
}
declare const document: { readonly activeElement: PageElement };
const PRECEDING = 2;

/** Where the focus is, and whether it is visible. */
const LOOK = `(() => {
  const active = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(active);
  // The first line of its text.
  const { x, y, width, height } = active.getClientRects()[0] ?? active.getBoundingClientRect();
  const top = document.elementFromPoint(x + Math.min(width / 2, 16), y + Math.min(height / 2, 16));
  const isOnTop = top !== null && (active.contains(top) || top.contains(active));
  return {
    isNowhere: active === document.body,
    isSeen: active.matches('[tabindex="-1"]') || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && isOnTop),
    text: active.outerHTML.slice(0, 200),
  };
})()`;

/** A user without a mouse. Everything that gets the focus on the way must show it. */
export class Keyboard {
  constructor(private readonly page: Page) {}

  /** Moves to an element with the tab key, forwards or backwards as needed. */
  async to(wanted: Locator): Promise<void> {
    await wanted.first().waitFor();
    for (let presses = 0; presses < MOST; presses++) {
      const isNowhere = await this.look();
      // Located anew each time, since a redrawn screen has new elements.
      const where = await wanted.evaluateAll(
        (elements: PageElement[], preceding) => ({
          isThere: elements.includes(document.activeElement),
          isBack:
            elements[0] !== undefined && (document.activeElement.compareDocumentPosition(elements[0]) & preceding) > 0,
        }),
        PRECEDING,
      );
      if (where.isThere) return;
      await this.press(where.isBack && !isNowhere ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`Not reached by keyboard: ${String(wanted)}`);
  }

  async enter(wanted: Locator): Promise<void> {
    await this.to(wanted);
    await this.press('Enter');
  }

  /** Writes into a field, replacing its content. */
  async write(field: Locator, text: string): Promise<void> {
    await this.to(field);
    await this.press('Control+A');
    await this.page.keyboard.type(text);
  }

  /** Chooses in a select by typing the beginning of an option. */
  async choose(field: Locator, option: string): Promise<void> {
    await this.to(field);
    await this.page.keyboard.type(option);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** The focused element's label or text; `null` if nothing has the focus. */
  focused(): Promise<string | null> {
    return this.page.evaluate<string | null>(
      `document.activeElement === document.body ? null
        : document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent
          ?? document.activeElement.textContent.trim()`,
    );
  }

  /** Whether the focus stays in the open dialog, however often the tab key is pressed. */
  async isTrapped(): Promise<boolean> {
    for (let presses = 0; presses < 25; presses++) {
      await this.press(presses < 20 ? 'Tab' : 'Shift+Tab');
      await this.look();
      // Between the last and the first element, the focus passes through the browser's own controls, which are not part
      // of the page.
      const isIn = await this.page.evaluate<boolean>(
        `document.activeElement === document.body || document.activeElement.closest('[role=dialog]') !== null`,
      );
      if (!isIn) return false;
    }
    return true;
  }

  /** @returns whether nothing has the focus */
  private async look(): Promise<boolean> {
    const { isNowhere, isSeen, text } = await this.page.evaluate<{ isNowhere: boolean; isSeen: boolean; text: string }>(
      LOOK,
    );
    if (!isNowhere && !isSeen) throw new Error(`Nobody sees that this has the focus: ${text}`);
    return isNowhere;
  }
}
