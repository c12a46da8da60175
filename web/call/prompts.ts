import { byId, foreign, make, makeButton } from '../ui/dom.js';

/** Incoming calls, at the lower edge of the window. */
export class Rings {
  private shown = new Map<string, HTMLElement>();

  private readonly place = byId('rings', HTMLDivElement);

  show(
    sid: string,
    {
      name,
      text,
      yes,
      no,
      onYes,
      onNo,
    }: { name: string; text: string; yes: string; no: string; onYes: () => void; onNo: () => void },
  ) {
    this.end(sid);
    const element = make('div', 'ring', make('p', '', make('strong', '', foreign(name)), ` ${text}`));
    element.dataset['testid'] = 'ring';
    element.append(
      makeButton('button', 'decline', no, () => {
        this.end(sid);
        onNo();
      }),
      makeButton('button main', 'accept', yes, () => {
        this.end(sid);
        onYes();
      }),
    );
    this.shown.set(sid, element);
    this.place.append(element);
  }

  /** @returns whether it was ringing */
  end(sid: string): boolean {
    this.shown.get(sid)?.remove();
    return this.shown.delete(sid);
  }

  endAll() {
    for (const sid of this.shown.keys()) this.end(sid);
  }
}

/** Milliseconds that notes stay which need no action. */
const SHORT = 8_000;

/** Notes above everything else; one of each kind. */
export class Notes {
  private shown = new Map<string, HTMLElement>();

  private readonly place = byId('notes', HTMLDivElement);

  show(
    kind: string,
    text: string,
    {
      tone = '',
      action,
      stays = false,
    }: { tone?: 'warn' | 'bad' | ''; action?: { label: string; run: () => void }; stays?: boolean } = {},
  ) {
    this.hide(kind);
    const note = make('div', `note ${tone}`, make('p', '', foreign(text)));
    note.dataset['testid'] = 'note';
    note.dataset['kind'] = kind;
    const button = makeButton('button', 'note-button', action?.label ?? 'Close', () => {
      this.hide(kind);
      action?.run();
    });
    note.append(button);
    this.shown.set(kind, note);
    this.place.append(note);
    if (!stays && !action)
      setTimeout(() => {
        if (this.shown.get(kind) === note) this.hide(kind);
      }, SHORT);
  }

  hide(kind: string) {
    this.shown.get(kind)?.remove();
    this.shown.delete(kind);
  }
}
