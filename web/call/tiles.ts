import { byId, foreign, make } from '../ui/dom.js';

const STATES: Record<string, string> = {
  new: 'Connecting…',
  connecting: 'Connecting…',
  connected: '',
  disconnected: 'The connection is interrupted…',
  failed: 'No connection. A firewall may be in the way; whoever runs this server can help with a TURN server.',
  closed: '',
};

/** A picture with a name: somebody in the call, or oneself. */
class Tile {
  mic = true;
  camera = true;
  /** Whether the peer reports its own state; counting toggles would then only go wrong. */
  tells = false;
  readonly element: HTMLElement;
  readonly video = document.createElement('video');
  private readonly label = make('span', 'label');
  private readonly quiet = make('span', '', 'muted');
  private readonly state = make('p', 'state');
  private readonly initial = make('span', '');

  /** @param sid empty for oneself */
  constructor(sid: string, name: string) {
    this.element = make('li', `tile ${sid === '' ? 'own' : 'other'}`);
    this.element.dataset['testid'] = 'tile';
    this.element.dataset['sid'] = sid;
    this.video.autoplay = true;
    this.video.playsInline = true;
    this.video.muted = sid === '';
    this.element.append(
      this.video,
      make('div', 'initial', this.initial),
      this.state,
      make('div', 'who', this.label, this.quiet),
    );
    this.rename(name);
    this.draw();
    this.say(sid === '' ? '' : 'new');
  }

  rename(name: string) {
    this.label.replaceChildren(foreign(name));
    this.initial.textContent = Array.from(name.trim())[0]?.toUpperCase() ?? '?';
    this.video.setAttribute('aria-label', `Video of ${name}`);
  }

  /** @param state of the connection */
  say(state: string) {
    this.element.dataset['state'] = state;
    this.state.textContent = STATES[state] ?? '';
    this.state.hidden = this.state.textContent === '';
  }

  draw() {
    this.quiet.hidden = this.mic;
    this.element.classList.toggle('dark', !this.camera);
    this.element.dataset['muted'] = String(!this.mic);
    this.element.dataset['dark'] = String(!this.camera);
  }
}

/** The grid of pictures. */
export class Tiles {
  private tiles = new Map<string, Tile>();

  private readonly list = byId('tiles', HTMLUListElement);

  /** @param sid empty for oneself, who stays last */
  add(sid: string, name: string) {
    const known = this.tiles.get(sid);
    if (known) {
      known.rename(name);
      return;
    }
    const tile = new Tile(sid, name);
    this.tiles.set(sid, tile);
    if (sid === '') this.list.append(tile.element);
    else this.list.insertBefore(tile.element, this.tiles.get('')?.element ?? null);
  }

  rename(sid: string, name: string) {
    this.tiles.get(sid)?.rename(name);
  }

  show(sid: string, stream: MediaStream) {
    const tile = this.tiles.get(sid);
    if (!tile || tile.video.srcObject === stream) return;
    tile.video.srcObject = stream;
    // Browsers refuse until there was a click; "Join" was one.
    tile.video.play().catch(() => undefined);
  }

  say(sid: string, state: string) {
    this.tiles.get(sid)?.say(state);
  }

  set(sid: string, media: { mic?: boolean; camera?: boolean }) {
    const tile = this.tiles.get(sid);
    if (!tile) return;
    Object.assign(tile, media);
    tile.draw();
  }

  /** @param media the peer's own media state */
  told(sid: string, media: { mic: boolean; camera: boolean }) {
    const tile = this.tiles.get(sid);
    if (tile) tile.tells = true;
    this.set(sid, media);
  }

  toggle(sid: string, what: 'mic' | 'video') {
    const tile = this.tiles.get(sid);
    if (tile && !tile.tells) this.set(sid, what === 'mic' ? { mic: !tile.mic } : { camera: !tile.camera });
  }

  remove(sid: string) {
    const tile = this.tiles.get(sid);
    if (tile) tile.video.srcObject = null;
    tile?.element.remove();
    this.tiles.delete(sid);
  }
}
