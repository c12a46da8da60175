import { explain } from './endings.js';

/**
 * @typedef {import('./endings.js').Ending} Ending
 * @typedef {'host' | 'client' | 'guest'} Role
 * @typedef {{ type?: unknown, [member: string]: unknown }} Message
 */

/**
 * What a relay tells its page.
 * @typedef {object} Listener
 * @property {() => void} onConnecting
 * @property {(role: Role) => void} onJoined
 * @property {(message: Message, text: string) => void} onMessage everything between joining and the end
 * @property {(ending: Ending, retryAt: number | null) => void} onLost it comes back by itself: at `retryAt`
 *   (milliseconds since the epoch), or `null` = when this device is online again
 * @property {(ending: Ending) => void} onEnded it does not come back by itself
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** A connection to the relay that is kept up: it comes back by itself wherever that makes sense. */
export class Relay {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Role | null} */
  #role = null;
  #credential = '';
  #name = '';
  #said = '';
  #failures = 0;
  #admitted = false;
  /** Waiting for this device's own network. */
  #offline = false;
  /** @type {number | undefined} */
  #timer;

  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    addEventListener('online', () => {
      if (this.#offline) this.retry();
    });
    // A socket over a network that has gone would be silent for minutes before anybody noticed.
    addEventListener('offline', () => {
      if (this.#socket) this.#end(this.#socket, 1006);
    });
  }

  /** What this page is or was last. */
  get role() {
    return this.#role;
  }

  get joined() {
    return this.#admitted && this.#socket?.readyState === WebSocket.OPEN;
  }

  /**
   * @param {string} credential
   * @param {string} name
   */
  join(credential, name) {
    this.leave();
    this.#credential = credential;
    this.#name = name;
    this.#connect();
  }

  /** Tries at once, once more. */
  retry() {
    clearTimeout(this.#timer);
    if (this.#socket === null && this.#credential !== '') this.#connect();
  }

  /** Ends the connection and forgets the credential. */
  leave() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#admitted = false;
    this.#role = null;
    this.#credential = '';
    this.#failures = 0;
    this.#offline = false;
    socket?.close(1000);
  }

  /**
   * @param {string} text of a JSON object
   * @returns {boolean} whether it went out
   */
  send(text) {
    if (!this.joined) return false;
    this.#socket?.send(text);
    return true;
  }

  /** Whether a text holds what this page came in with; the server passes no such message on. @param {string} text */
  holdsCredential(text) {
    return (
      this.#role !== 'guest' && this.#credential !== '' && text.toLowerCase().includes(this.#credential.toLowerCase())
    );
  }

  #connect() {
    const url = new URL('/ws/', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#offline = false;
    this.#said = '';
    this.#admitted = false;
    socket.addEventListener('open', () => {
      const login = this.#name === '' ? { token: this.#credential } : { token: this.#credential, name: this.#name };
      socket.send(JSON.stringify(login));
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#receive(String(data));
    });
    socket.addEventListener('close', ({ code }) => {
      this.#end(socket, code);
    });
    this.listener.onConnecting();
  }

  /** @param {string} text */
  #receive(text) {
    const message = parse(text);
    if (message === null) return;
    if (message.type === 'server_error' || message.type === 'server_disconnect')
      this.#said = String(message['message']);
    if (this.#admitted) {
      this.listener.onMessage(message, text);
    } else if (message.type === 'server_authorized') {
      const role = /(host|client|guest)$/.exec(String(message['message']))?.[1];
      this.#role = /** @type {Role} */ (role ?? 'guest');
      this.#admitted = true;
      this.#failures = 0;
      this.listener.onJoined(this.#role);
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  #end(socket, code) {
    if (socket !== this.#socket) return;
    const admitted = this.#admitted;
    this.#socket = null;
    this.#admitted = false;
    socket.close();
    const role = this.#role;
    const ending = explain({ code, said: this.#said, role, returning: role !== null && !admitted });
    if (ending.again !== 'auto') {
      this.listener.onEnded(ending);
      return;
    }
    const wait = this.#wait(ending.patient === true);
    this.#failures++;
    this.#offline = !navigator.onLine;
    if (!this.#offline) {
      this.#timer = setTimeout(() => this.retry(), wait);
      this.listener.onLost(ending, Date.now() + wait);
    } else {
      this.listener.onLost({ ...ending, title: 'This device is offline', text: 'Its network is away.' }, null);
    }
  }

  /** Longer each time, and never the same for all: after a restart everybody comes at once. @param {boolean} patient */
  #wait(patient) {
    const base = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#failures + (patient ? 3 : 0)));
    return Math.round(base * (0.75 + Math.random() / 2));
  }
}

/**
 * @param {string} text
 * @returns {Message | null} what is no object tells nothing
 */
export function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
