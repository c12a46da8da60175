/**
 * @typedef {{ message: unknown, identity: string, timestamp: string, offset?: number, epoch?: string }} RoomMessage
 * @typedef {{ identity: string, permissions: string }} Member
 */

/**
 * What a room tells its page.
 * @typedef {object} Listener
 * @property {(again: boolean) => void} onOpen the connection stands, for the first time or again
 * @property {(recovery: { recovered: boolean, durable: boolean, missed: number }) => void} onRecovery what came of
 *   asking for everything since the last message this page had
 * @property {(message: RoomMessage, text: string) => void} onMessage `text`: the value as JSON text, as it was written
 * @property {(members: Member[]) => void} onPresent
 * @property {(id: string, offset: number | undefined) => void} onAccepted a message of this page is on its way to all
 * @property {(id: string, reason: string) => void} onRefused
 * @property {(retryAt: number) => void} onLost it comes back by itself (milliseconds since the epoch)
 * @property {() => void} onUnwelcome it comes back by itself, but the server seems not to want it
 * @property {() => void} onRevoked it does not come back
 * @property {(expected: number, got: number) => void} onGap messages are missing; the server promises that this cannot be
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
/** Connections that fail in a row while the server is there: then the code is to blame. */
const REFUSALS = 2;
const REVOKED = 1008;
/** Errors that pass: the message is said again under the same id, which cannot make a second one. */
const PASSING = new Set(['database_unavailable', 'unavailable', 'rate_limited', 'internal_error']);
const SAY_AGAIN = 1_000;

/** An endpoint's connection that is kept up: it comes back by itself with its last offset, and repeats what it said in vain. */
export class RoomSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  #epoch = '';
  #offset = 0;
  #opened = 0;
  #failures = 0;
  #ended = false;
  /** @type {Member[]} */
  #members = [];
  /** Said, but not acknowledged: JSON texts by id. @type {Map<string, string>} */
  #waiting = new Map();
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {string} code
   * @param {Listener} listener
   */
  constructor(code, listener) {
    this.listener = listener;
    this.address = `${location.origin.replace(/^http/, 'ws')}/ws/endpoint/${encodeURIComponent(code)}/`;
    addEventListener('online', () => {
      this.#soon(0);
    });
    // A socket over a network that has gone would be silent for minutes before anybody noticed.
    addEventListener('offline', () => this.#socket?.close());
    this.#connect();
  }

  /** Offset of the newest message this page has, 0 where none are numbered. */
  get offset() {
    return this.#offset;
  }

  /**
   * Says something, now or once the connection is back.
   * @param {unknown} message
   * @returns {string} its id
   */
  say(message) {
    const id = randomId();
    this.#waiting.set(id, JSON.stringify({ message, id }));
    this.#send(id);
    return id;
  }

  /** @param {string} id */
  #send(id) {
    const text = this.#waiting.get(id);
    if (text !== undefined && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #connect() {
    const position = new URLSearchParams({ after: String(this.#offset), acks: '1', presence: '1' });
    if (this.#epoch !== '') position.set('epoch', this.#epoch);
    const socket = new WebSocket(`${this.address}?${position}`);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#failures = 0;
      this.listener.onOpen(this.#opened++ > 0);
      for (const id of this.#waiting.keys()) this.#send(id);
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#received(String(data));
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket === this.#socket) void this.#closed(code);
    });
  }

  /** @param {number} code */
  async #closed(code) {
    this.#socket = null;
    this.#members = [];
    if (code === REVOKED) {
      this.#ended = true;
      this.listener.onRevoked();
      return;
    }
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++) * (0.75 + Math.random() / 2);
    this.#soon(wait);
    this.listener.onLost(Date.now() + wait);
    if (this.#failures > REFUSALS && (await isServerThere())) this.listener.onUnwelcome();
  }

  /** @param {number} wait */
  #soon(wait) {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      if (this.#socket === null) this.#connect();
    }, wait);
  }

  /** @param {string} text */
  #received(text) {
    const frame = JSON.parse(text);
    if ('message' in frame) this.#message(frame, text);
    else if ('recovered' in frame) this.#recovery(frame);
    else if ('ack' in frame) this.#accepted(frame);
    else if ('error' in frame) this.#refused(frame);
    else if ('event' in frame) this.#presence(frame);
  }

  /**
   * @param {RoomMessage} message
   * @param {string} text
   */
  #message(message, text) {
    const { offset, epoch } = message;
    if (offset !== undefined && epoch !== undefined) {
      if (epoch === this.#epoch && offset !== this.#offset + 1 && this.#offset > 0) {
        this.listener.onGap(this.#offset + 1, offset);
      }
      this.#offset = offset;
      this.#epoch = epoch;
    }
    this.listener.onMessage(message, text.slice('{"message":'.length, text.lastIndexOf(',"identity":')));
  }

  /** @param {{ recovered: boolean, offset: number, epoch: string }} recovery */
  #recovery({ recovered, offset, epoch }) {
    const missed = offset - this.#offset;
    if (!recovered) this.#offset = offset;
    this.#epoch = epoch;
    this.listener.onRecovery({ recovered, durable: epoch !== '', missed });
  }

  /** @param {{ ack: string, offset?: number }} frame */
  #accepted({ ack, offset }) {
    if (this.#waiting.delete(ack)) this.listener.onAccepted(ack, offset);
  }

  /** @param {{ id: string, error: { code: string, detail: string } }} frame */
  #refused({ id, error }) {
    if (PASSING.has(error.code)) {
      setTimeout(() => {
        this.#send(id);
      }, SAY_AGAIN);
      return;
    }
    if (this.#waiting.delete(id)) this.listener.onRefused(id, error.detail);
  }

  /** @param {{ event: string, items?: Member[], identity?: string }} frame */
  #presence({ event, items, identity = '' }) {
    if (event === 'present') this.#members = items ?? [];
    else if (event === 'join') this.#members.push({ identity, permissions: '' });
    else if (event === 'leave') {
      const place = this.#members.findIndex((member) => member.identity === identity);
      if (place >= 0) this.#members.splice(place, 1);
    }
    this.listener.onPresent(this.#members);
  }
}

/** `crypto.randomUUID` is missing where the page came by plain HTTP from another computer. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function isServerThere() {
  try {
    return (await fetch('/health/live', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
