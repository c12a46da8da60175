import { type Broker } from '../ports/broker.js';
import { type Channel } from '../channel.js';
import { type Connection, type Listener } from '../connection.js';
import { type HubEvent } from '../hub-event.js';
import { Listeners } from './listeners.js';
import { Members } from './members.js';

/** Who on this node listens on which channels. The bus is told of the first and the last on each. */
export abstract class Subscriptions {
  protected readonly channels = new Map<Channel, Members>();
  /** These hear signals only. */
  protected readonly listeners = new Listeners();
  /** These hear what is delivered to subscribers. */
  protected readonly overhearers = new Listeners();
  /** Subscriptions that the bus has not confirmed yet. */
  private readonly confirming = new Map<Channel, Promise<void>>();

  constructor(protected readonly broker: Broker) {}

  /** The channels with subscribers on this node. */
  get occupied(): ReadonlyMap<Channel, Members> {
    return this.channels;
  }

  /** Subscribers of `channel` on this node. */
  localCount(channel: Channel): number {
    return this.channels.get(channel)?.list.length ?? 0;
  }

  /**
   * From now on `connection` receives what is published on `channel`. Idempotent; a closed connection is ignored. Await
   * the result where the next message must not be missed (it is a promise only when a bus has to be told).
   */
  subscribe(connection: Connection, channel: Channel): void | Promise<void> {
    if (connection.closed) return;
    const subscriptions = (connection.subscriptions ??= new Set());
    if (subscriptions.has(channel)) return this.confirming.get(channel);
    this.settleChannel(channel);
    subscriptions.add(channel);
    let members = this.channels.get(channel);
    if (members) {
      members.add(connection);
      return this.confirming.get(channel);
    }
    members = new Members();
    members.add(connection);
    this.channels.set(channel, members);
    return this.listeners.has(channel) ? this.confirming.get(channel) : this.open(channel);
  }

  /** From now on `listener` hears what is signaled on `channel`; await the result as with `subscribe`. Idempotent. */
  listen<E extends HubEvent>(channel: Channel<E>, listener: Listener<NoInfer<E>>): void | Promise<void> {
    const isFirst = this.listeners.add(channel, listener);
    return !isFirst || this.channels.has(channel) ? this.confirming.get(channel) : this.open(channel);
  }

  unlisten<E extends HubEvent>(channel: Channel<E>, listener: Listener<NoInfer<E>>): void {
    if (this.listeners.remove(channel, listener) && !this.channels.has(channel)) this.broker.unsubscribe(channel);
  }

  /**
   * From now on `listener` hears what is delivered to the subscribers of `channel` and what is signaled there. It does
   * not count as a subscriber and changes nothing for them. Await the result as with `subscribe`.
   */
  overhear<E extends HubEvent>(channel: Channel<E>, listener: Listener<NoInfer<E>>): void | Promise<void> {
    this.overhearers.add(channel, listener);
    return this.listen(channel, listener);
  }

  stopOverhearing<E extends HubEvent>(channel: Channel<E>, listener: Listener<NoInfer<E>>): void {
    this.overhearers.remove(channel, listener);
    this.unlisten(channel, listener);
  }

  /**
   * Keeps this node listening on `channel` until the returned function is called. Meanwhile subscriptions take effect
   * at once, with no gap before the connection's next message.
   */
  async hold(channel: Channel): Promise<() => void> {
    const holder: Listener = () => undefined;
    await this.listen(channel, holder);
    return () => {
      this.unlisten(channel, holder);
    };
  }

  private open(channel: Channel): void | Promise<void> {
    const confirmed = this.broker.subscribe(channel);
    return confirmed && this.confirm(channel, confirmed);
  }

  /** Later subscribers of a channel wait for the same confirmation as the first. */
  private async confirm(channel: Channel, confirmed: Promise<void>): Promise<void> {
    this.confirming.set(channel, confirmed);
    try {
      await confirmed;
    } finally {
      if (this.confirming.get(channel) === confirmed) this.confirming.delete(channel);
    }
  }

  unsubscribe(connection: Connection, channel: Channel): void {
    if (!connection.subscriptions?.has(channel)) return;
    this.settleChannel(channel);
    connection.subscriptions.delete(channel);
    const members = this.channels.get(channel);
    members?.remove(connection);
    if (members?.list.length === 0) {
      this.channels.delete(channel);
      if (!this.listeners.has(channel)) this.broker.unsubscribe(channel);
    }
  }

  /** Forgets a connection; its transport calls this when the socket has ended. */
  detach(connection: Connection): void {
    for (const channel of connection.subscriptions ?? []) this.unsubscribe(connection, channel);
  }

  /** Called before the subscribers of `channel` change: what is being collected belongs to the current ones. */
  protected abstract settleChannel(channel: Channel): void;
}
