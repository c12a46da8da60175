import { batched } from '../ui/batch.js';
import { byId, make } from '../ui/dom.js';

const MOST_ENTRIES = 200;
const MOST_CHARACTERS = 2_000;
const MANY = new Intl.NumberFormat();

/** Messages and events; only the last entries are kept, so that a flood costs neither memory nor the page. */
export class Log {
  private waiting: HTMLElement[] = [];
  private dropped = 0;
  private readonly element = byId('log', HTMLElement);
  private readonly flushSoon = batched(() => {
    this.flush();
  }, 50);

  clear() {
    this.waiting = [];
    this.dropped = 0;
    this.element.replaceChildren();
  }

  /** Adds a line about an event. */
  tell(kind: 'event' | 'fault', ...content: (string | Node)[]) {
    this.add(make('div', `entry ${kind}`, ...content));
  }

  /**
   * Adds a message.
   * @param text its words, or its JSON
   */
  message(who: (string | Node)[], text: string, { json, ours = false }: { json: boolean; ours?: boolean }) {
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    const said = make('span', json ? 'said json' : 'said', cut(text));
    said.dir = json ? 'ltr' : 'auto';
    this.add(make('div', ours ? 'entry ours' : 'entry', make('span', 'meta', ...who, ` · ${time}`), said));
  }

  private add(entry: HTMLElement) {
    this.waiting.push(entry);
    if (this.waiting.length > MOST_ENTRIES) {
      this.waiting.shift();
      this.dropped++;
    }
    this.flushSoon();
  }

  private flush() {
    const { element } = this;
    const followed = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    if (this.dropped > 0) {
      this.waiting[0] = make('div', 'entry event', `${MANY.format(this.dropped)} messages came too fast to be shown`);
      this.dropped = 0;
    }
    element.append(...this.waiting);
    this.waiting = [];
    while (element.children.length > MOST_ENTRIES) element.firstChild?.remove();
    if (followed) element.scrollTop = element.scrollHeight;
  }
}

function cut(text: string) {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}… (${MANY.format(text.length)} characters)`;
}
