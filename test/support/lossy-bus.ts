import { Broker, type Envelope, type EnvelopeHandler } from '../../src/modules/realtime/ports/broker.js';
import { type Channel } from '../../src/modules/realtime/channel.js';

/** What happens to an envelope on its way to a node: delivered after this many milliseconds, or never. */
export type Fate = (from: number, to: number) => number | 'lost';

/** A broker between nodes of one process that loses and reorders envelopes on command. */
export class LossyBus {
  private readonly handlers: EnvelopeHandler[] = [];
  fate: Fate = () => 0;

  /** The broker of one more node. */
  node(): Broker {
    const from = this.handlers.length;
    const deliver = (channel: Channel, envelope: Envelope): void => {
      for (const [to, handler] of this.handlers.entries()) {
        const fate = this.fate(from, to);
        if (fate === 'lost') continue;
        if (fate === 0) handler(channel, envelope);
        else setTimeout(handler, fate, channel, envelope);
      }
    };
    const { handlers } = this;
    return new (class extends Broker {
      bind(handler: EnvelopeHandler): void {
        handlers.push(handler);
      }
      subscribe(): void {
        // Everything reaches every node.
      }
      unsubscribe(): void {
        // See subscribe.
      }
      publish(channel: Channel, envelope: Envelope): void {
        deliver(channel, envelope);
      }
    })();
  }
}
