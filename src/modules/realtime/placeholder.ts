import { type Channel } from './channel.js';
import { type Connection, type EventEncoder, type Protocol } from './connection.js';

/** Keeps a channel open for a connection that is about to subscribe; hears nothing itself. */
export class Placeholder implements Connection {
  readonly id = '';
  readonly protocol: Protocol;
  /** That of the connection: subscribers with one encoder are served faster. */
  readonly encoder: EventEncoder;
  readonly principal = null;
  subscriptions: Set<Channel> | null = null;
  readonly closed = false;

  constructor({ protocol, encoder }: Connection) {
    this.protocol = protocol;
    this.encoder = encoder;
  }

  send(): void {
    // The connection was not subscribed yet.
  }

  close(): void {
    // Whoever made it ends it.
  }

  signal(): void {
    // As `send`.
  }
}
