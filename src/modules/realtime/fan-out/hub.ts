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
  /** Id of a connection that is left out, usually the sender. */
  readonly except?: string;
}

/** In channels with fewer subscribers than this nothing is collected: it would cost more than it spares. */
const COLLECT_FROM = 16;

/**
 * This node's connections and what they listen on.
 *
 * Ordering: what is published on one channel arrives at every subscriber in the same order; without a bus, what one
 * caller publishes on several channels keeps its order too. Delivery: at most once, to whoever is subscribed when the
 * envelope arrives. Cost: one encode per protocol, one reference per receiver; nothing scans all connections.
 *
 * What one large channel gets in a turn is collected and handed to its subscribers at once, at the turn's end or before
 * any of them gets something else, so that nobody can tell.
 */
@Injectable()
export class Hub extends Subscriptions {
  /** The stretch of time in which deliveries are counted; whoever counts them moves it on. */
  stretch = 0;
  private turns: TurnEnds | null = null;
  private begun: ((channel: Channel, picture: Picture) => void) | null = null;
  private whenCertain = (close: () => void): void => {
    close();
  };
  /** What is being collected: of one channel only, so that the order over channels needs no bookkeeping. */
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

  /** From now on events are collected by `turns`; without it every event is handed over on its own. */
  collectBy(turns: TurnEnds): void {
    this.turns = turns;
  }

  /**
   * From now on `whenCertain` runs what closes connections because another node says so; while this one may have been
   * taken for dead, that is perhaps only because of it, and who is told to stay away would not come back.
   */
  closeBy(whenCertain: (close: () => void) => void): void {
    this.whenCertain = whenCertain;
  }

  /** Hands over what is being collected for `connection`; for those who send to it, or close it, past the hub. */
  settle(connection: Connection): void {
    if (this.run !== null && this.run.concerns(connection)) this.handOver();
  }

  publish<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>, options?: PublishOptions): void {
    const except = options?.except;
    // Spelled out: spreading costs as much as the rest of a publish to few.
    this.broker.publish(
      channel,
      except === undefined ? { kind: 'deliver', event } : { kind: 'deliver', event, except },
    );
  }

  /**
   * Publishes what somebody sends others who have not asked for it: a client for which much waits already goes without
   * it, rather than being closed for it.
   */
  push<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    this.broker.publish(channel, { kind: 'push', event });
  }

  /**
   * Publishes an event of somebody's coming or going, or of a change in how somebody is: what is told of that is kept in
   * the channel's picture, and told later to those whom the bus did not bring it.
   */
  announce<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>, options?: AnnounceOptions): void {
    this.broker.publish(channel, { kind: 'announce', event, ...options });
  }

  /** From now on pictures are kept, and `begun` is told of each one that begins. */
  paintBy(begun: (channel: Channel, picture: Picture) => void): void {
    this.begun = begun;
  }

  /**
   * From now on, until its last listener here has gone, what `channel` announces is kept: whoever listens is told what
   * the bus did not bring. Idempotent.
   */
  keep<T, E extends HubEvent>(channel: Channel<E>, subject: PictureSubject<T, NoInfer<E>>): void {
    const members = this.channels.get(channel);
    if (this.begun === null || members === undefined || members.picture !== null) return;
    const picture = new Picture(subject) as Picture;
    members.picture = picture;
    this.begun(channel, picture);
  }

  /** What listeners of `channel` here were told is so, in that order; `undefined` when nobody knows whether that is all. */
  told<T>(channel: Channel): ReadonlyMap<string, T> | undefined {
    const picture = this.channels.get(channel)?.picture;
    return picture?.complete === true ? (picture.told as Map<string, T>) : undefined;
  }

  /** Whether it still is what this node's listeners of `channel` are told by. */
  hasPicture(channel: Channel, picture: Picture): boolean {
    return this.channels.get(channel)?.picture === picture;
  }

  /** Delivers on this node alone, what every node finds out by itself, e.g. by reading it from the database. */
  publishHere<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    if (!this.overhearers.isEmpty) this.overhearers.tell(channel, event);
    const members = this.channels.get(channel);
    if (members !== undefined) this.pass(channel, members, event, undefined);
  }

  /** Hands `event` to the listeners and the subscribed connections themselves; no client sees anything of it. */
  signal<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    this.broker.publish(channel, { kind: 'signal', event });
  }

  /** Signals on this node alone. */
  signalHere<E extends HubEvent>(channel: Channel<E>, event: NoInfer<E>): void {
    this.passSignal(channel, event, undefined);
  }

  /** Closes every subscriber of `channel`, on whichever node it is, after sending it `event` if there is one. */
  disconnect<E extends HubEvent>(
    channel: Channel<E>,
    reason: DisconnectReason,
    event?: NoInfer<E>,
    options?: PublishOptions,
  ): void {
    this.broker.publish(channel, { kind: 'disconnect', reason, ...(event && { event }), ...options });
  }

  /** Disconnects on this node alone. */
  disconnectHere(channel: Channel, { reason, event, except }: Omit<DisconnectEnvelope, 'kind'>): void {
    const members = this.channels.get(channel);
    if (members === undefined) return;
    if (event) this.pass(channel, members, event, except);
    for (const member of [...members.list]) if (member.id !== except) member.close(reason);
  }

  /** Sends `event` to one connection of this node, in order with what is published. */
  sendTo(connection: Connection, event: HubEvent): void {
    const frame = connection.encoder.encode(event);
    if (frame === null) return;
    this.settle(connection);
    connection.send(frame);
  }

  private passSignal(channel: Channel, event: HubEvent, except: string | undefined): void {
    this.listeners.tell(channel, event);
    const members = this.channels.get(channel);
    // A copy: who hears something may go.
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

  /** Collects `event`, or hands it over now where that is simpler. */
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
