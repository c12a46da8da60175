import { byId, foreign, make } from '../exhibit/dom.js';

/** @type {Record<string, string>} */
const STATES = {
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
  /** It says itself what is on and off; then counting switches would only go wrong. */
  tells = false;

  /** @param {string} sid empty for oneself @param {string} name */
  constructor(sid, name) {
    this.element = make('li', `tile ${sid === '' ? 'own' : 'other'}`);
    this.element.dataset['testid'] = 'tile';
    this.element.dataset['sid'] = sid;
    this.video = document.createElement('video');
    this.video.autoplay = true;
    this.video.playsInline = true;
    this.video.muted = sid === '';
    this.label = make('span', 'label');
    this.quiet = make('span', '', 'muted');
    this.state = make('p', 'state');
    this.initial = make('span', '');
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

  /** @param {string} name */
  rename(name) {
    this.label.replaceChildren(foreign(name));
    this.initial.textContent = Array.from(name.trim())[0]?.toUpperCase() ?? '?';
    this.video.setAttribute('aria-label', `Video of ${name}`);
  }

  /** @param {string} state of the connection */
  say(state) {
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
  /** @type {Map<string, Tile>} */
  #tiles = new Map();

  constructor() {
    this.list = byId('tiles', HTMLUListElement);
  }

  /** @param {string} sid empty for oneself, who stays last @param {string} name */
  add(sid, name) {
    const known = this.#tiles.get(sid);
    if (known) {
      known.rename(name);
      return;
    }
    const tile = new Tile(sid, name);
    this.#tiles.set(sid, tile);
    if (sid === '') this.list.append(tile.element);
    else this.list.insertBefore(tile.element, this.#tiles.get('')?.element ?? null);
  }

  /** @param {string} sid @param {string} name */
  rename(sid, name) {
    this.#tiles.get(sid)?.rename(name);
  }

  /** @param {string} sid @param {MediaStream} stream */
  show(sid, stream) {
    const tile = this.#tiles.get(sid);
    if (!tile || tile.video.srcObject === stream) return;
    tile.video.srcObject = stream;
    // Refused until somebody has clicked; after "Join" somebody has.
    tile.video.play().catch(() => undefined);
  }

  /** @param {string} sid @param {string} state */
  say(sid, state) {
    this.#tiles.get(sid)?.say(state);
  }

  /** @param {string} sid @param {{ mic?: boolean, camera?: boolean }} media */
  set(sid, media) {
    const tile = this.#tiles.get(sid);
    if (!tile) return;
    Object.assign(tile, media);
    tile.draw();
  }

  /** @param {string} sid @param {{ mic: boolean, camera: boolean }} media what it says of itself */
  told(sid, media) {
    const tile = this.#tiles.get(sid);
    if (tile) tile.tells = true;
    this.set(sid, media);
  }

  /** @param {string} sid @param {'mic' | 'video'} what */
  toggle(sid, what) {
    const tile = this.#tiles.get(sid);
    if (tile && !tile.tells) this.set(sid, what === 'mic' ? { mic: !tile.mic } : { camera: !tile.camera });
  }

  /** @param {string} sid */
  remove(sid) {
    const tile = this.#tiles.get(sid);
    if (tile) tile.video.srcObject = null;
    tile?.element.remove();
    this.#tiles.delete(sid);
  }
}
