import { Injectable } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { type AnnounceOptions, Broker, type DisconnectEnvelope, type Envelope } from '../ports/broker.js';
import { type Channel } from '../channel.js';
import { type Connection, type EventEncoder, type Frame } from '../connection.js';
import { type HubEvent } from '../hub-event.js';
import { type DisconnectReason } from '../disconnect-reason.js';
import { FanOutRun, joins, type TurnEnds } from './fan-out-run.js';
import { FrameCache } from './frame-cache.js';
import { type Members } from './members.js';
import { Picture, type PictureSubject } from './picture.js';
import { Subscriptions } from './subscriptions.js';

export interface PublishOptions {
  /** Id of a connection to leave out, usually the sender. */
  readonly except?: string;
}

/** Channels with fewer subscribers are not collected for: it would cost more than it saves. */
const COLLECT_FROM = 16;

/**
 * This node's connections and their subscriptions.
 *
 * Ordering: events published on one channel reach every subscriber in the same order; without a bus, events that one
 * caller publishes on several channels keep their order too. Delivery: at most once, to whoever is subscribed when the
 * envelope arrives. Cost: one encoding per protocol and one reference per receiver; nothing scans all connections.
 *
 * Events of one large channel are collected during a turn and handed to its subscribers together, at the end of the
 * turn or before any of them is sent something else. Clients cannot tell the difference.
 */
@Injectable()
export class Hub extends Subscriptions {
  /** Serial number of the current stretch for counting deliveries; advanced by whoever counts them. */
  stretch = 0;
  private turns: TurnEnds | null = null;
  private begun: ((channel: Channel, picture: Picture) => void) | null = null;
  private whenCertain = (close: () => void): void => {
    close();
  };
  /** The events being collected, of a single channel, so that order across channels needs no bookkeeping. */
  private run: FanOutRun | null = null;
  private endIsAwaited = false;
  private readonly endOfTurn = {
    runTurn: (): void => {
      this.endIsAwaited = false;
      this.handOver();
    },
  };

  constructor(broker: Broker) {
    super(broker);
    broker.bind((channel, envelope) => {
      this.deliver(channel, envelope);
    });
  }

  /** Collects events per turn of `turns` from now on. Without it every event is handed over on its own. */
  collectBy(turns: TurnEnds): void {
    this.turns = turns;
  }

  /**
   * Runs closes requested by other nodes through `whenCertain`. While the others may have taken this node for dead,
   * such a close may be based on that mistake, and a client told to stay away would not come back.
   */
  closeBy(whenCertain: (close: () => void) => void): void {
    this.whenCertain = whenCertain;
  }

  /**
   * Hands over what is being collected for `connection`. Call it before sending to or closing a connection past the
   * hub.
   */
  settle(connection: Connection): void {
    if (this.run !== null && this.run.concerns(connection)) this.handOver();
  }

  publish<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>, options?: PublishOptions): void {
    const except = options?.except;
    // Spelled out: spreading would cost as much as the rest of a publish to a few subscribers.
    this.broker.publish(
      channel,
      except === undefined ? { kind: 'deliver', event } : { kind: 'deliver', event, except },
    );
  }

  /**
   * Publishes something the receivers have not asked for. A client whose queue is already filling up is skipped instead
   * of being closed as a slow consumer.
   */
  push<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    this.broker.publish(channel, { kind: 'push', event });
  }

  /**
   * Publishes that somebody came, went or changed. The channel's picture records it, and listeners whom the bus failed
   * to reach are told later.
   */
  announce<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>, options?: AnnounceOptions): void {
    this.broker.publish(channel, { kind: 'announce', event, ...options });
  }

  /** Turns pictures on; `begun` is called with each new one. */
  paintBy(begun: (channel: Channel, picture: Picture) => void): void {
    this.begun = begun;
  }

  /**
   * Keeps a picture of what `channel` announces until its last listener on this node has gone, so that listeners are
   * told later what the bus failed to bring. Idempotent.
   */
  keep<T, E extends HubEvent>(channel: Channel<E>, subject: PictureSubject<T, NoInfer<E>>): void {
    const members = this.channels.get(channel);
    if (this.begun === null || members === undefined || members.picture !== null) return;
    const picture = new Picture(subject) as Picture;
    members.picture = picture;
    this.begun(channel, picture);
  }

  /**
   * What this node's listeners of `channel` were told is so, in the order they were told; `undefined` while the picture
   * is incomplete.
   */
  told<T>(channel: Channel): ReadonlyMap<string, T> | undefined {
    const picture = this.channels.get(channel)?.picture;
    return picture?.complete === true ? (picture.told as Map<string, T>) : undefined;
  }

  /** Whether `picture` is still the one in use for this node's listeners of `channel`. */
  hasPicture(channel: Channel, picture: Picture): boolean {
    return this.channels.get(channel)?.picture === picture;
  }

  /** Delivers on this node only: for events that every node detects on its own, e.g. by reading the database. */
  publishHere<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    if (!this.overhearers.isEmpty) this.overhearers.tell(channel, event);
    const members = this.channels.get(channel);
    if (members !== undefined) this.pass(channel, members, event, undefined);
  }

  /** Hands `event` to listeners and to the subscribed connections themselves; clients see nothing of it. */
  signal<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    this.broker.publish(channel, { kind: 'signal', event });
  }

  /** Signals on this node only. */
  signalHere<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    this.passSignal(channel, event, undefined);
  }

  /** Closes every subscriber of `channel` on all nodes, after sending it `event` if given. */
  disconnect<E extends HubEvent>(
    channel: Channel<E>,
    reason: DisconnectReason,
    event?: NoInfer<E>,
    options?: PublishOptions,
  ): void {
    this.broker.publish(channel, { kind: 'disconnect', reason, ...(event && { event }), ...options });
  }

  /** Disconnects on this node only. */
  disconnectHere(channel: Channel, { reason, event, except }: Omit<DisconnectEnvelope, 'kind'>): void {
    const members = this.channels.get(channel);
    if (members === undefined) return;
    if (event) this.pass(channel, members, event, except);
    for (const member of [...members.list]) if (member.id !== except) member.close(reason);
  }

  /** Sends `event` to one connection of this node, in order with published events. */
  sendTo(connection: Connection, event: HubEvent): void {
    const frame = connection.encoder.encode(event);
    if (frame === null) return;
    this.settle(connection);
    connection.send(frame);
  }

  private passSignal(channel: Channel, event: HubEvent, except: string | undefined): void {
    this.listeners.tell(channel, event);
    const members = this.channels.get(channel);
    // A copy, because a receiver may unsubscribe.
    if (members !== undefined) for (const member of [...members.list]) if (member.id !== except) member.signal(event);
  }

  private deliver(channel: Channel, envelope: Envelope): void {
    if (envelope.kind === 'signal') {
      this.passSignal(channel, envelope.event, envelope.except);
      return;
    }
    if (!this.overhearers.isEmpty && envelope.kind === 'deliver') this.overhearers.tell(channel, envelope.event);
    const members = this.channels.get(channel);
    if (members === undefined) return;
    switch (envelope.kind) {
      case 'deliver':
        this.pass(channel, members, envelope.event, envelope.except);
        return;
      case 'push':
        this.pushTo(members, envelope.event);
        return;
      case 'announce':
        if (members.picture?.hear(envelope.event, performance.now()) === false) return;
        if (envelope.silent) return;
        if (envelope.signal) this.signalHere(channel, envelope.event);
        else if (envelope.push) this.pushTo(members, envelope.event);
        else this.pass(channel, members, envelope.event, envelope.except);
        return;
      case 'disconnect':
        this.whenCertain(() => {
          this.disconnectHere(channel, envelope);
        });
    }
  }

  private pushTo(members: Members, event: HubEvent): void {
    for (const member of members.list) {
      const frame = member.encoder.encode(event);
      if (frame === null || member.takes?.(frame.length) === false) continue;
      this.settle(member);
      member.send(frame);
    }
  }

  /** Collects `event`, or hands it over at once where that is simpler. */
  private pass(channel: Channel, members: Members, event: HubEvent, except: string | undefined): void {
    const { list, encoder } = members;
    members.deliver(this.stretch);
    if (list.length < COLLECT_FROM) {
      if (this.run !== null) for (const member of list) this.settle(member);
      this.fanOut(list, event, except);
    } else if (this.turns === null || except !== undefined || !joins(encoder)) {
      this.handOver();
      this.fanOut(list, event, except);
    } else {
      const frame = encoder.encode(event);
      if (frame === null) return;
      if (this.run?.channel !== channel) {
        this.handOver();
        this.run = new FanOutRun(channel, members, encoder);
        if (!this.endIsAwaited) this.turns.settleThisTurn(this.endOfTurn);
        this.endIsAwaited = true;
      }
      if (!this.run.add(frame)) this.handOver();
    }
  }

  protected settleChannel(channel: Channel): void {
    if (this.run?.channel === channel) this.handOver();
  }

  private handOver(): void {
    const { run } = this;
    this.run = null;
    run?.handOver();
  }

  private fanOut(members: readonly Connection[], event: HubEvent, except: string | undefined): void {
    let encoder: EventEncoder | null = null;
    let frame: Frame | null = null;
    let others: FrameCache | null = null;
    for (const member of members) {
      if (except !== undefined && member.id === except) continue;
      if (member.encoder === encoder) {
        if (frame !== null) member.send(frame);
      } else if (encoder === null) {
        encoder = member.encoder;
        frame = encoder.encode(event);
        if (frame !== null) member.send(frame);
      } else {
        const other = (others ??= new FrameCache(event)).of(member.encoder);
        if (other !== null) member.send(other);
      }
    }
  }
}
