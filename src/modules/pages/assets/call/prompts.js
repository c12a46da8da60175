import { byId, foreign, make } from '../exhibit/dom.js';

/** Those who ring, at the lower edge of the window. */
export class Rings {
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();

  constructor() {
    this.place = byId('rings', HTMLDivElement);
  }

  /**
   * @param {string} sid
   * @param {{ name: string, text: string, yes: string, no: string, onYes: () => void, onNo: () => void }} ring
   */
  show(sid, { name, text, yes, no, onYes, onNo }) {
    this.end(sid);
    const element = make('div', 'ring', make('p', '', make('strong', '', foreign(name)), ` ${text}`));
    element.dataset['testid'] = 'ring';
    element.append(
      this.#button(no, 'button', 'decline', () => {
        this.end(sid);
        onNo();
      }),
      this.#button(yes, 'button main', 'accept', () => {
        this.end(sid);
        onYes();
      }),
    );
    this.#shown.set(sid, element);
    this.place.append(element);
  }

  /** @param {string} sid @returns {boolean} whether it rang */
  end(sid) {
    this.#shown.get(sid)?.remove();
    return this.#shown.delete(sid);
  }

  endAll() {
    for (const sid of this.#shown.keys()) this.end(sid);
  }

  /** @param {string} text @param {string} className @param {string} testid @param {() => void} action */
  #button(text, className, testid, action) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = className;
    button.dataset['testid'] = testid;
    button.textContent = text;
    button.addEventListener('click', action);
    return button;
  }
}

/** Milliseconds that news which need no action stay. */
const SHORT = 8_000;

/** What has to be said, above everything else; one note of each kind. */
export class Notes {
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();

  constructor() {
    this.place = byId('notes', HTMLDivElement);
  }

  /**
   * @param {string} kind
   * @param {string} text
   * @param {{ tone?: 'warn' | 'bad' | '', action?: { label: string, run: () => void }, stays?: boolean }} [options]
   */
  show(kind, text, { tone = '', action, stays = false } = {}) {
    this.hide(kind);
    const note = make('div', `note ${tone}`, make('p', '', foreign(text)));
    note.dataset['testid'] = 'note';
    note.dataset['kind'] = kind;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = action?.label ?? 'Close';
    button.addEventListener('click', () => {
      this.hide(kind);
      action?.run();
    });
    note.append(button);
    this.#shown.set(kind, note);
    this.place.append(note);
    if (!stays && !action)
      setTimeout(() => note.isConnected && this.#shown.get(kind) === note && this.hide(kind), SHORT);
  }

  /** @param {string} kind */
  hide(kind) {
    this.#shown.get(kind)?.remove();
    this.#shown.delete(kind);
  }
}
