import { type Channel } from './channel.js';
import { type Connection, type EventEncoder, type HubEvent } from './connection.js';

const NOTHING: EventEncoder = { encode: () => null };

/** A listener of the node itself: what others `signal` on the channels it is subscribed to goes to `heard`. */
export class Ears implements Connection {
  /** No client speaks it; the hub does not look. */
  readonly protocol = 'services';
  readonly encoder = NOTHING;
  readonly principal = null;
  subscriptions: Set<Channel> | null = null;
  readonly closed = false;

  constructor(
    readonly id: string,
    /** Never throws. */
    private readonly heard: (event: HubEvent) => void,
  ) {}

  send(): void {
    // Frames are for clients.
  }

  close(): void {
    // It goes with the node.
  }

  signal(event: HubEvent): void {
    this.heard(event);
  }
}
