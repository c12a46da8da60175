import { batched } from '../ui/batch.js';
import { byId, foreign, make } from '../ui/dom.js';

/** Somebody at the other end. */
interface Person {
  role: string;
  name: string;
  /** Round-trip time in milliseconds. */
  trip: number | null;
}

const MOST_SHOWN = 100;
const MOST_KNOWN = 5_000;

/** Who is connected, as far as this page knows. */
export class People {
  private known = new Map<string, Person>();
  private readonly list = byId('people', HTMLUListElement);
  private readonly drawSoon = batched(() => {
    this.draw();
  }, 50);

  constructor(private readonly onChange: () => void) {}

  get size() {
    return this.known.size;
  }

  /** Ids of possible receivers. */
  get ids() {
    return [...this.known.keys()];
  }

  clear() {
    this.known.clear();
    this.drawSoon();
  }

  know(user: string, what: Partial<Person>) {
    const person = this.known.get(user);
    if (!person && this.known.size >= MOST_KNOWN) return;
    this.known.set(user, { role: '', name: '', trip: null, ...person, ...what });
    this.drawSoon();
  }

  forget(user: string) {
    this.known.delete(user);
    this.drawSoon();
  }

  /** Whether the person's role is known. */
  hasRole(user: string) {
    return (this.known.get(user)?.role ?? '') !== '';
  }

  has(user: string) {
    return this.known.has(user);
  }

  /** A person's name on this page. */
  label(user: string): (string | Node)[] {
    const { name, role } = this.known.get(user) ?? { name: '', role: '' };
    const id = make('code', '', foreign(short(user, 20)));
    if (name !== '') return [foreign(short(name, 100)), ' ', id];
    return [role === '' ? 'Somebody' : `${role[0]?.toUpperCase()}${role.slice(1)}`, ' ', id];
  }

  /** The same without markup, for lists that only take text. */
  plainLabel(user: string) {
    const { name, role } = this.known.get(user) ?? { name: '', role: '' };
    return `${short(name, 40) || role || 'somebody'} · ${short(user, 20)}`;
  }

  private draw(): void {
    const rows = [...this.known].slice(0, MOST_SHOWN).map(([user, { role, name, trip }]) => {
      const who = make('span', 'who', ...this.label(user));
      const row = make('li', '', who);
      if (name !== '' && role !== '') row.append(make('span', 'tag', role));
      if (trip !== null) row.append(make('span', 'trip', inMilliseconds(trip)));
      return row;
    });
    const more = this.known.size - rows.length;
    if (more > 0) rows.push(make('li', 'soft', `and ${more} more`));
    this.list.replaceChildren(...rows);
    this.onChange();
  }
}

export function inMilliseconds(milliseconds: number) {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** @param length in characters */
export function short(text: string, length: number) {
  const characters = Array.from(text.slice(0, length * 2 + 2));
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : text;
}
