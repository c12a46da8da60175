import { type Channel } from '../channel.js';
import { type HubEvent } from '../hub-event.js';
import { type DisconnectReason } from '../disconnect-reason.js';

/** What travels between nodes. */
export type Envelope =
  | {
      /** `deliver` goes to the clients, `push` to those that take it, `signal` to the connections themselves. */
      readonly kind: 'deliver' | 'push' | 'signal';
      readonly event: HubEvent;
      /** Id of a connection that is left out, usually the sender. */
      readonly except?: string;
    }
  | (AnnounceOptions & {
      /** Of somebody's coming or going: `event` is what the channel's picture knows how to read. */
      readonly kind: 'announce';
      readonly event: HubEvent;
    })
  | DisconnectEnvelope;

export interface AnnounceOptions {
  /** To the connections themselves rather than to their clients. */
  readonly signal?: true;
  /** To nobody: the picture alone takes it down. */
  readonly silent?: true;
  /** To those that take it. */
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

/** This node's end of the broker: what it does with an envelope that arrives. Never throws. */
export type EnvelopeHandler = (channel: Channel, envelope: Envelope) => void;

/**
 * Carries envelopes to every node that has subscribers of a channel, this one included.
 *
 * Guarantees: at most once; per channel one order on all nodes; what one node publishes on several channels of one
 * hash tag keeps its order. `publish` never throws and never waits: when the bus is away, local delivery goes on.
 */
export abstract class Broker {
  /** Called once by the hub. */
  abstract bind(handler: EnvelopeHandler): void;
  /** The first local subscriber of a channel appeared. Resolves once envelopes will reach this node. */
  abstract subscribe(channel: Channel): void | Promise<void>;
  /** The last local subscriber of a channel is gone. */
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
