import { byId, foreign, make } from './dom.js';

/**
 * Somebody at the other end.
 * @typedef {object} Person
 * @property {string} role
 * @property {string} name
 * @property {number | null} trip milliseconds
 */

const MOST_SHOWN = 100;
const MOST_KNOWN = 5_000;

/** Who is connected, as far as this page has heard. */
export class People {
  /** @type {Map<string, Person>} */
  #known = new Map();
  #drawing = false;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.list = byId('people', HTMLUListElement);
  }

  get size() {
    return this.#known.size;
  }

  /** Ids of those who can be written to. */
  get ids() {
    return [...this.#known.keys()];
  }

  clear() {
    this.#known.clear();
    this.#draw();
  }

  /**
   * @param {string} user
   * @param {Partial<Person>} what
   */
  know(user, what) {
    const person = this.#known.get(user);
    if (!person && this.#known.size >= MOST_KNOWN) return;
    this.#known.set(user, { role: '', name: '', trip: null, ...person, ...what });
    this.#draw();
  }

  /** @param {string} user */
  forget(user) {
    this.#known.delete(user);
    this.#draw();
  }

  /** Whether it is known as what somebody is here. @param {string} user */
  hasRole(user) {
    return (this.#known.get(user)?.role ?? '') !== '';
  }

  /** @param {string} user */
  has(user) {
    return this.#known.has(user);
  }

  /** How a person is called on this page. @param {string} user @returns {(string | Node)[]} */
  label(user) {
    const { name, role } = this.#known.get(user) ?? { name: '', role: '' };
    const id = make('code', '', foreign(short(user, 20)));
    if (name !== '') return [foreign(short(name, 100)), ' ', id];
    return [role === '' ? 'Somebody' : `${role[0]?.toUpperCase()}${role.slice(1)}`, ' ', id];
  }

  /** The same without markup, for lists that take text only. @param {string} user */
  plainLabel(user) {
    const { name, role } = this.#known.get(user) ?? { name: '', role: '' };
    return `${short(name, 40) || role || 'somebody'} · ${short(user, 20)}`;
  }

  /** Hundreds may come in one moment; they are drawn once. */
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => {
      this.#drawing = false;
      this.#drawNow();
    }, 50);
  }

  #drawNow() {
    const rows = [...this.#known].slice(0, MOST_SHOWN).map(([user, { role, name, trip }]) => {
      const who = make('span', 'who', ...this.label(user));
      const row = make('li', '', who);
      if (name !== '' && role !== '') row.append(make('span', 'tag', role));
      if (trip !== null) row.append(make('span', 'trip', inMilliseconds(trip)));
      return row;
    });
    const more = this.#known.size - rows.length;
    if (more > 0) rows.push(make('li', 'soft', `and ${more} more`));
    this.list.replaceChildren(...rows);
    this.onChange();
  }
}

/** @param {number} milliseconds */
export function inMilliseconds(milliseconds) {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** @param {string} text @param {number} length in characters */
export function short(text, length) {
  const characters = Array.from(text.slice(0, length * 2 + 2));
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : text;
}
