import { batched } from '../ui/batch.js';
import { byId, foreign, make, makeButton, say } from '../ui/dom.js';
import { type Peer } from '@switchboard/client/signaling';

const MOST_SHOWN = 100;
/** From this many on, a search field is shown. */
const SEARCHABLE = 8;

interface Listener {
  readonly onCall: (sid: string) => void;
  readonly onCancel: (sid: string) => void;
}

/** Who is in the lobby, and whom this page is calling. */
export class People {
  /** Names by sid. */
  private names = new Map<string, string>();
  private called = new Set<string>();
  /** Who is already in this call. */
  private members = new Set<string>();
  private readonly list = byId('people', HTMLUListElement);
  private readonly drawSoon = batched(() => {
    this.draw();
  }, 30);

  private readonly none = byId('people-none', HTMLParagraphElement);
  private readonly search = byId('search', HTMLInputElement);

  constructor(private readonly listener: Listener) {
    this.search.addEventListener('input', this.drawSoon);
  }

  /** A peer's name, as shown here. */
  nameOf(sid: string) {
    const name = this.names.get(sid) ?? '';
    return name === '' ? 'Somebody' : name;
  }

  has(sid: string) {
    return this.names.has(sid);
  }

  replace(peers: readonly Peer[]) {
    this.names = new Map(peers.map(({ sid, name }) => [sid, name]));
    this.called.clear();
    this.drawSoon();
  }

  add({ sid, name }: Peer) {
    this.names.set(sid, name);
    this.drawSoon();
  }

  remove(sid: string) {
    this.names.delete(sid);
    this.called.delete(sid);
    this.drawSoon();
  }

  calling(sid: string, calling: boolean) {
    if (calling) this.called.add(sid);
    else this.called.delete(sid);
    this.drawSoon();
  }

  isCalling(sid: string) {
    return this.called.has(sid);
  }

  inCall(sids: string[]) {
    this.members = new Set(sids);
    this.drawSoon();
  }

  private draw(): void {
    const others = [...this.names].filter(([sid]) => !this.members.has(sid));
    this.search.hidden = others.length < SEARCHABLE && this.search.value === '';
    const wanted = this.search.hidden ? '' : this.search.value.trim().toLowerCase();
    const found = others.filter(([, name]) => name.toLowerCase().includes(wanted));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['sid'] : undefined;
    const rows = found.slice(0, MOST_SHOWN).map(([sid]) => this.row(sid));
    if (found.length > rows.length) rows.push(make('li', 'soft', `and ${found.length - rows.length} more`));
    this.list.replaceChildren(...rows);
    // Redrawing must not take the focus from keyboard users.
    if (focused) {
      const button = this.list.querySelector(`button[data-sid="${CSS.escape(focused)}"]`);
      if (button instanceof HTMLElement) button.focus();
    }
    say(this.none, this.emptyText(others.length, found.length));
  }

  private emptyText(others: number, found: number) {
    if (found > 0) return '';
    if (others > 0) return 'Nobody of that name is here.';
    return this.members.size > 0
      ? 'Nobody else is here.'
      : 'Nobody else is here yet. Send them the address of this page.';
  }

  private row(sid: string) {
    const calling = this.called.has(sid);
    const name = this.nameOf(sid);
    const text = calling ? 'Cancel' : 'Call';
    const button = makeButton(calling ? 'button' : 'button main', text.toLowerCase(), text, () => {
      if (calling) this.listener.onCancel(sid);
      else this.listener.onCall(sid);
    });
    button.dataset['sid'] = sid;
    button.setAttribute('aria-label', calling ? `Stop calling ${name}` : `Call ${name}`);
    const row = make('li', '', make('span', 'name', foreign(name)));
    if (calling) row.append(make('span', 'soft small', 'ringing…'));
    row.append(button);
    row.dataset['testid'] = 'peer';
    row.dataset['sid'] = sid;
    return row;
  }
}
