/** @typedef {import('./relay.js').Message} Message */

const EVERY = 5_000;
/** Answers a second: a page must not become an amplifier for whoever asks without end. */
const MOST_ANSWERS = 50;
const LONGEST_ID = 64;

/**
 * Measures how long a message takes to the pages at the other end and back. The relay adds no answer of its own, so
 * pages answer each other; applications that know nothing of this give no answer.
 */
export class RoundTrips {
  enabled = true;
  #id = '';
  #sentAt = 0;
  #answers = 0;

  /**
   * @param {object} page
   * @param {(text: string) => boolean} page.send
   * @param {(user: string, milliseconds: number) => void} page.onMeasured `user` is empty at a client or guest
   * @param {() => { role: string | null, name: string }} page.self
   */
  constructor(page) {
    this.page = page;
    setInterval(() => this.measure(), EVERY);
    setInterval(() => (this.#answers = 0), 1_000);
  }

  /** Asks the other end now. */
  measure() {
    if (!this.enabled) return;
    this.#id = Math.random().toString(36).slice(2);
    this.#sentAt = performance.now();
    this.page.send(JSON.stringify({ type: 'exhibit_ping', id: this.#id }));
  }

  /**
   * @param {Message} message
   * @returns {boolean} whether this was a matter of measuring, and of nobody else
   */
  take(message) {
    const user = typeof message['user'] === 'string' ? message['user'] : '';
    const { role, name } = this.page.self();
    if (message.type === 'exhibit_ping') {
      const { id } = message;
      if (typeof id !== 'string' || id.length > LONGEST_ID || this.#answers++ >= MOST_ANSWERS) return true;
      // To a host it comes with the id of whoever asked, and goes back to that one alone.
      const answer = { type: 'exhibit_pong', id, role, name };
      this.page.send(JSON.stringify(role === 'host' ? { ...answer, user } : answer));
      return true;
    }
    if (message.type !== 'exhibit_pong') return false;
    if (message['id'] === this.#id) this.page.onMeasured(role === 'host' ? user : '', performance.now() - this.#sentAt);
    return true;
  }
}
