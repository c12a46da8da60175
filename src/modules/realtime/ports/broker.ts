import { type Channel } from '../channel.js';
import { type HubEvent } from '../hub-event.js';
import { type DisconnectReason } from '../disconnect-reason.js';

/** What travels between nodes. */
export type Envelope =
  | {
      /** `deliver` goes to clients, `push` only to clients with room for it, `signal` to the connections themselves. */
      readonly kind: 'deliver' | 'push' | 'signal';
      readonly event: HubEvent;
      /** Id of a connection to leave out, usually the sender. */
      readonly except?: string;
    }
  | (AnnounceOptions & {
      /** Somebody came, went or changed; the channel's picture knows how to read `event`. */
      readonly kind: 'announce';
      readonly event: HubEvent;
    })
  | DisconnectEnvelope;

export interface AnnounceOptions {
  /** Goes to the connections themselves instead of their clients. */
  readonly signal?: true;
  /** Goes to nobody; only the picture records it. */
  readonly silent?: true;
  /** Goes only to clients with room for it. */
  readonly push?: true;
  readonly except?: string;
}

export interface DisconnectEnvelope {
  readonly kind: 'disconnect';
  readonly reason: DisconnectReason;
  /** Sent before the close. */
  readonly event?: HubEvent;
  readonly except?: string;
}

/** The hub's handler for arriving envelopes. Must not throw. */
export type EnvelopeHandler = (channel: Channel, envelope: Envelope) => void;

/**
 * Carries envelopes to every node that has subscribers of a channel, this one included.
 *
 * Guarantees: at most once; one order per channel on all nodes; what one node publishes on channels with the same hash
 * tag keeps its order. `publish` never throws and never waits: while the bus is away, local delivery goes on.
 */
export abstract class Broker {
  /** Called once by the hub. */
  abstract bind(handler: EnvelopeHandler): void;
  /** The channel got its first local subscriber. Resolves once envelopes will reach this node. */
  abstract subscribe(channel: Channel): void | Promise<void>;
  /** The channel lost its last local subscriber. */
  abstract unsubscribe(channel: Channel): void;
  abstract publish(channel: Channel, envelope: Envelope): void;
  /** What carries `channel`: what has the same carrier comes and goes together. `undefined` while that is unknown. */
  carrierOf(_channel: Channel): unknown {
    return this;
  }
  /** `listener` is called when envelopes pass again that did not for a while: some to or from this node may be lost. */
  onGap(_listener: () => void): void {
    // Nothing gets lost within one process.
  }
}
