import { byId, foreign, make, say } from '../exhibit/dom.js';

const MOST_SHOWN = 100;
/** From so many on, there is something to search in. */
const SEARCHABLE = 8;

/** Who is in the lobby, and whom this page is calling. */
export class People {
  /** @type {Map<string, string>} names by sid */
  #names = new Map();
  /** @type {Set<string>} */
  #calling = new Set();
  /** @type {Set<string>} who is in this call already */
  #members = new Set();
  #drawing = false;

  /** @param {{ onCall: (sid: string) => void, onCancel: (sid: string) => void }} listener */
  constructor(listener) {
    this.listener = listener;
    this.list = byId('people', HTMLUListElement);
    this.none = byId('people-none', HTMLParagraphElement);
    this.search = byId('search', HTMLInputElement);
    this.search.addEventListener('input', () => this.#draw());
  }

  /** What somebody is called here. @param {string} sid */
  nameOf(sid) {
    return this.#names.get(sid) || 'Somebody';
  }

  /** @param {string} sid */
  has(sid) {
    return this.#names.has(sid);
  }

  /** @param {import('./signaling.js').Peer[]} peers */
  replace(peers) {
    this.#names = new Map(peers.map(({ sid, name }) => [sid, name]));
    this.#calling.clear();
    this.#draw();
  }

  /** @param {import('./signaling.js').Peer} peer */
  add({ sid, name }) {
    this.#names.set(sid, name);
    this.#draw();
  }

  /** @param {string} sid */
  remove(sid) {
    this.#names.delete(sid);
    this.#calling.delete(sid);
    this.#draw();
  }

  /** @param {string} sid @param {boolean} calling */
  calling(sid, calling) {
    if (calling) this.#calling.add(sid);
    else this.#calling.delete(sid);
    this.#draw();
  }

  /** @param {string} sid */
  isCalling(sid) {
    return this.#calling.has(sid);
  }

  /** @param {string[]} sids */
  inCall(sids) {
    this.#members = new Set(sids);
    this.#draw();
  }

  /** Hundreds may come in one moment; they are drawn once. */
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => {
      this.#drawing = false;
      this.#drawNow();
    }, 30);
  }

  #drawNow() {
    const others = [...this.#names].filter(([sid]) => !this.#members.has(sid));
    this.search.hidden = others.length < SEARCHABLE && this.search.value === '';
    const wanted = this.search.hidden ? '' : this.search.value.trim().toLowerCase();
    const found = others.filter(([, name]) => name.toLowerCase().includes(wanted));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['sid'] : undefined;
    const rows = found.slice(0, MOST_SHOWN).map(([sid]) => this.#row(sid));
    if (found.length > rows.length) rows.push(make('li', 'soft', `and ${found.length - rows.length} more`));
    this.list.replaceChildren(...rows);
    // Drawing anew must not take the focus from whoever uses the keyboard.
    if (focused) {
      const button = this.list.querySelector(`button[data-sid="${CSS.escape(focused)}"]`);
      if (button instanceof HTMLElement) button.focus();
    }
    say(this.none, this.#emptyText(others.length, found.length));
  }

  /** @param {number} others @param {number} found */
  #emptyText(others, found) {
    if (found > 0) return '';
    if (others > 0) return 'Nobody of that name is here.';
    return this.#members.size > 0
      ? 'Nobody else is here.'
      : 'Nobody else is here yet. Send them the address of this page.';
  }

  /** @param {string} sid */
  #row(sid) {
    const calling = this.#calling.has(sid);
    const name = this.nameOf(sid);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = calling ? 'button' : 'button main';
    button.dataset['sid'] = sid;
    button.dataset['testid'] = calling ? 'cancel' : 'call';
    button.textContent = calling ? 'Cancel' : 'Call';
    button.setAttribute('aria-label', calling ? `Stop calling ${name}` : `Call ${name}`);
    button.addEventListener('click', () => {
      if (calling) this.listener.onCancel(sid);
      else this.listener.onCall(sid);
    });
    const row = make('li', '', make('span', 'name', foreign(name)));
    if (calling) row.append(make('span', 'soft small', 'ringing…'));
    row.append(button);
    row.dataset['testid'] = 'peer';
    row.dataset['sid'] = sid;
    return row;
  }
}
