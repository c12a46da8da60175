import { Injectable } from '@nestjs/common';
import { type LogHead } from '../../durable-log/log-kind.js';
import { randomHex } from '../../../common/security/random.js';
import { Clock } from '../../../common/time/clock.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { codeDigest } from '../endpoints/endpoint-code.js';
import { MessageLogRepository } from '../log/message-log.repository.js';
import {
  principalOf,
  type RoomConnection,
  type RoomPrincipal,
  roomPrincipal,
  type Seat,
  type SeatRequest,
} from '../room-connection.js';
import { RoomFeeds } from '../log/room-feeds.service.js';
import { RoomPresence } from '../directory/room-presence.service.js';
import { RoomRecovery } from './room-recovery.service.js';
import { endpointChannel, writersChannel } from '../rooms.channels.js';
import { type RoomChanged, type RoomsEvent } from '../rooms.events.js';
import { SeatExpiry } from './seat-expiry.service.js';
import { SeatLookup } from './seat-lookup.service.js';

/** Gives clients with an endpoint code a seat in its room, and removes them when they leave. */
@Injectable()
export class RoomSeats {
  constructor(
    private readonly lookup: SeatLookup,
    private readonly log: MessageLogRepository,
    private readonly feeds: RoomFeeds,
    private readonly recovery: RoomRecovery,
    private readonly presence: RoomPresence,
    private readonly expiry: SeatExpiry,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  /**
   * Admits `connection`. When this resolves, it hears what is said in the room, or `begin` has something to replay.
   * @throws AppError `forbidden` when the code is unknown or expired, `rate_limited`, `database_unavailable`
   */
  async admit(connection: RoomConnection, code: string, request: SeatRequest): Promise<void> {
    const digest = codeDigest(code);
    if (digest === undefined) throw await this.lookup.refusal(connection.address);
    // Subscribe before the lookup, so that the connection hears if the endpoint is deleted in between.
    await this.hub.subscribe(connection, endpointChannel(digest));
    const seat = await this.lookup.find(digest);
    if (!seat || (seat.expiresAt !== null && seat.expiresAt <= this.clock.now()))
      throw await this.lookup.refusal(connection.address);
    if (request.stream && seat.permissions === 'write') throw await this.lookup.refusal(connection.address);
    if (connection.closed) return;
    await this.seat(connection, seat, this.lookup.selectorsOf(code, seat), request);
  }

  /** Seats `connection`, which is entitled to it and subscribed to the end of its credential. */
  async seat(
    connection: RoomConnection,
    seat: Seat,
    selectors: readonly string[],
    request: SeatRequest,
  ): Promise<void> {
    const principal = roomPrincipal(seat, selectors, randomHex(16), request.acks);
    connection.admit(principal);
    if (seat.expiresAt !== null) this.expectEnd(connection, principal, seat.expiresAt);
    if (principal.canRead) await this.seatReader(connection, principal, seat, request);
    else await this.hub.subscribe(connection, writersChannel(seat.roomId));
    await this.presence.enter(principal);
    if (request.presence && principal.canRead) await this.presence.watch(connection, principal);
  }

  /** The socket is accepted: replays what it has missed. Never throws. */
  async begin(connection: RoomConnection): Promise<void> {
    const principal = principalOf(connection);
    if (principal?.replayFrom == null) return;
    const from = principal.replayFrom;
    principal.replayFrom = null;
    await this.recovery.replay(connection, from);
  }

  /** The room has started or stopped keeping messages. */
  async changed(connection: RoomConnection, { durable }: RoomChanged): Promise<void> {
    const principal = principalOf(connection);
    if (principal === null || principal.durable === durable) return;
    principal.durable = durable;
    if (!principal.canRead) return;
    if (!durable) {
      this.releaseFeed(principal);
      return;
    }
    const head = (await this.log.heads([principal.roomId])).get(principal.roomId);
    if (!head || connection.closed || !principal.durable || principal.hasFeed) return;
    principal.hasFeed = true;
    await this.feeds.holdNew(principal.roomId, head);
  }

  /** A new token has replaced the one that `connection` was admitted with. */
  prolong(connection: RoomConnection, principal: RoomPrincipal, expiresAt: number): void {
    if (principal.expiresAt !== null) this.expiry.forget(connection, principal.expiresAt);
    principal.expiresAt = expiresAt;
    this.tell(connection, { type: 'rooms.refreshed' });
    this.expectEnd(connection, principal, expiresAt);
  }

  /** The connection has ended. */
  async leave(connection: RoomConnection): Promise<void> {
    const principal = principalOf(connection);
    if (principal === null) return;
    this.releaseFeed(principal);
    if (principal.expiresAt !== null) this.expiry.forget(connection, principal.expiresAt);
    await this.presence.leave(principal);
  }

  /** Token holders are warned in time, and may present a new one. */
  private expectEnd(connection: RoomConnection, { credential }: RoomPrincipal, expiresAt: number): void {
    if (credential.kind === 'endpoint') {
      this.expiry.expect(connection, expiresAt);
      return;
    }
    this.expiry.expect(connection, expiresAt, (seconds) => {
      this.tell(connection, { type: 'rooms.expiring', seconds });
    });
  }

  private async seatReader(
    connection: RoomConnection,
    principal: RoomPrincipal,
    seat: Seat,
    request: SeatRequest,
  ): Promise<void> {
    const head = seat.durable ? seat.head : null;
    if (head === null) {
      if (request.after !== undefined) this.tellRecovery(connection, { recovered: false, offset: 0, epoch: '' });
      await this.hub.subscribe(connection, principal.readers);
      return;
    }
    const feed = await this.holdFeed(principal, head);
    let from = head.last;
    if (request.after !== undefined) {
      const { recovered, from: known } = this.recovery.decide(request, head);
      this.tellRecovery(connection, { recovered, offset: head.last, epoch: head.epoch });
      from = known;
    } else if (request.stream) {
      this.tell(connection, { type: 'rooms.begun', place: { offset: from, epoch: head.epoch } });
    } else {
      await this.hub.subscribe(connection, principal.readers);
      return;
    }
    const joined = feed.join(connection, from);
    if (joined === false) principal.replayFrom = from;
    else await joined;
  }

  private async holdFeed(principal: RoomPrincipal, head: LogHead) {
    principal.hasFeed = true;
    return this.feeds.hold(principal.roomId, head);
  }

  private releaseFeed(principal: RoomPrincipal): void {
    if (!principal.hasFeed) return;
    principal.hasFeed = false;
    this.feeds.release(principal.roomId);
  }

  private tellRecovery(
    connection: RoomConnection,
    told: { readonly recovered: boolean; readonly offset: number; readonly epoch: string },
  ): void {
    this.tell(connection, { type: 'rooms.recovered', ...told });
  }

  private tell(connection: RoomConnection, event: RoomsEvent): void {
    this.hub.sendTo(connection, event);
  }
}
