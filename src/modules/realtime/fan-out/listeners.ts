import { type Channel } from '../channel.js';
import { type Listener } from '../connection.js';
import { type HubEvent } from '../hub-event.js';

/** Parts of this node that listen, by channel. */
export class Listeners {
  private readonly channels = new Map<Channel, Set<Listener<never>>>();

  get isEmpty(): boolean {
    return this.channels.size === 0;
  }

  has(channel: Channel): boolean {
    return this.channels.has(channel);
  }

  /** @returns whether it is the first on `channel` */
  add(channel: Channel, listener: Listener<never>): boolean {
    const listeners = this.channels.get(channel);
    if (listeners === undefined) this.channels.set(channel, new Set([listener]));
    else listeners.add(listener);
    return listeners === undefined;
  }

  /** @returns whether it was the last on `channel` */
  remove(channel: Channel, listener: Listener<never>): boolean {
    const listeners = this.channels.get(channel);
    if (listeners?.delete(listener) !== true || listeners.size > 0) return false;
    return this.channels.delete(channel);
  }

  tell(channel: Channel, event: HubEvent): void {
    const listeners = this.channels.get(channel);
    // A copy, because a listener may add or remove listeners.
    if (listeners !== undefined) for (const listener of [...listeners]) (listener as Listener)(event);
  }
}
