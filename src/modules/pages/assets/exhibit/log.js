import { byId, make } from './dom.js';

const MOST_ENTRIES = 200;
const MOST_CHARACTERS = 2_000;
const MANY = new Intl.NumberFormat();

/** What was said and what happened; the last entries only, so that a flood costs neither memory nor the page. */
export class Log {
  /** @type {HTMLElement[]} */
  #waiting = [];
  #dropped = 0;
  /** @type {number | undefined} */
  #timer;

  constructor() {
    this.element = byId('log', HTMLElement);
  }

  clear() {
    this.#waiting = [];
    this.#dropped = 0;
    this.element.replaceChildren();
  }

  /**
   * A line about what happened.
   * @param {'event' | 'fault'} kind
   * @param {...(string | Node)} content
   */
  tell(kind, ...content) {
    this.#add(make('div', `entry ${kind}`, ...content));
  }

  /**
   * A message.
   * @param {(string | Node)[]} who
   * @param {string} text what was said, or the JSON
   * @param {{ json: boolean, ours?: boolean }} how
   */
  message(who, text, { json, ours = false }) {
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    const said = make('span', json ? 'said json' : 'said', cut(text));
    said.dir = json ? 'ltr' : 'auto';
    this.#add(make('div', ours ? 'entry ours' : 'entry', make('span', 'meta', ...who, ` · ${time}`), said));
  }

  /** @param {HTMLElement} entry */
  #add(entry) {
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST_ENTRIES) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#timer ??= setTimeout(() => this.#flush(), 50);
  }

  #flush() {
    this.#timer = undefined;
    const { element } = this;
    const followed = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    if (this.#dropped > 0) {
      this.#waiting[0] = make('div', 'entry event', `${MANY.format(this.#dropped)} messages came too fast to be shown`);
      this.#dropped = 0;
    }
    element.append(...this.#waiting);
    this.#waiting = [];
    while (element.children.length > MOST_ENTRIES) element.firstChild?.remove();
    if (followed) element.scrollTop = element.scrollHeight;
  }
}

/** @param {string} text */
function cut(text) {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}… (${MANY.format(text.length)} characters)`;
}
