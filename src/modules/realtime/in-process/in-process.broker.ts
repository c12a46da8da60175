import { Broker, type Envelope, type EnvelopeHandler } from '../ports/broker.js';
import { type Channel } from '../channel.js';

/** One node: publishing is delivery, in the same turn and in call order. */
export class InProcessBroker extends Broker {
  private handler: EnvelopeHandler | undefined;

  bind(handler: EnvelopeHandler): void {
    this.handler = handler;
  }

  subscribe(): void {
    // Every envelope reaches the only node there is.
  }

  unsubscribe(): void {
    // See subscribe.
  }

  publish(channel: Channel, envelope: Envelope): void {
    this.handler?.(channel, envelope);
  }
}
