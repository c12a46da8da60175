import { textOf } from '../ui/json.js';
import { type Message, type Role } from './relay.js';

const EVERY = 5_000;
/** Answers per second: pages must not become amplifiers for those who keep asking. */
const MOST_ANSWERS = 50;
const LONGEST_ID = 64;

/** What measuring needs from the page. */
interface Page {
  readonly send: (text: string) => boolean;
  /** `user` is empty for a client or guest. */
  readonly onMeasured: (user: string, milliseconds: number) => void;
  readonly self: () => { role: Role | null; name: string };
}

/**
 * Measures how long a message takes to the pages at the other end and back. The relay adds no answers of its own, so
 * pages answer each other; applications that do not know this protocol do not answer.
 */
export class RoundTrips {
  enabled = true;
  private id = '';
  private sentAt = 0;
  private answers = 0;

  constructor(private readonly page: Page) {
    setInterval(() => {
      this.measure();
    }, EVERY);
    setInterval(() => (this.answers = 0), 1_000);
  }

  /** Asks the other end now. */
  measure() {
    if (!this.enabled) return;
    this.id = Math.random().toString(36).slice(2);
    this.sentAt = performance.now();
    this.page.send(JSON.stringify({ type: 'exhibit_ping', id: this.id }));
  }

  /** @returns whether the message belonged to the measurement */
  take(message: Message): boolean {
    const user = textOf(message, 'user');
    const { role, name } = this.page.self();
    if (message['type'] === 'exhibit_ping') {
      const { id } = message;
      if (typeof id !== 'string' || id.length > LONGEST_ID || this.answers++ >= MOST_ANSWERS) return true;
      // A host gets it with the sender's id, and only answers that one.
      const answer = { type: 'exhibit_pong', id, role, name };
      this.page.send(JSON.stringify(role === 'host' ? { ...answer, user } : answer));
      return true;
    }
    if (message['type'] !== 'exhibit_pong') return false;
    if (message['id'] === this.id) this.page.onMeasured(role === 'host' ? user : '', performance.now() - this.sentAt);
    return true;
  }
}
