import { Injectable } from '@nestjs/common';
import { Hub } from '../../realtime/fan-out/hub.js';
import { CircleAccess } from '../access/access.service.js';
import { circleChannel, conversationChannel } from '../circles.channels.js';
import { conversationChanged, type EvictedSignal, type ExpelledSignal, type Evicted } from '../circles.events.js';
import { mayInCircle, mayInConversation } from '../circles.policy.js';
import { RoomPictures } from '../presence/room-pictures.service.js';
import { ConversationFeeds } from '../messages/conversation-feeds.service.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { ConversationRecovery } from './conversation-recovery.service.js';
import { LiveRefusal } from './live-refusal.js';
import { type CirclesConnection, demandState, type Joining, type SocketState, stateOf } from './socket-state.js';

/**
 * The rooms that a socket joins, of circles and conversations. Those who are removed from one leave its room at once.
 */
@Injectable()
export class LiveRooms {
  constructor(
    private readonly access: CircleAccess,
    private readonly feeds: ConversationFeeds,
    private readonly recovery: ConversationRecovery,
    private readonly pictures: RoomPictures,
    private readonly hub: Hub,
  ) {}

  /**
   * From `succeed` on, the socket hears the conversation; with `after`, it first gets the messages after that one.
   * @throws AppError `forbidden`
   */
  async joinConversation(
    connection: CirclesConnection,
    id: number,
    after: number | undefined,
    succeed: () => void,
  ): Promise<void> {
    const state = demandState(connection);
    if (after !== undefined && state.conversations.has(id)) this.drop(connection, state, id);
    await this.whileJoining(state, { room: 'conversation', id, cancelled: false }, async (joining) => {
      const access = await this.access.inConversation(state.principal, id);
      if (access === undefined || !mayInConversation(access.standing, 'join'))
        throw new LiveRefusal('conversation-closed');
      if (state.conversations.has(id)) {
        succeed();
        return;
      }
      const feed = await this.feeds.hold(id);
      state.conversations.add(id);
      const isIn = () => !joining.cancelled && !connection.closed;
      try {
        if (!isIn()) throw new LiveRefusal('conversation-closed');
        if (after === undefined) {
          const subscribed = this.hub.subscribe(connection, conversationChannel(id));
          if (subscribed) await subscribed;
          if (!isIn()) throw new LiveRefusal('conversation-closed');
          succeed();
        } else {
          const missed = await this.recovery.decide(id, after, access.lastMessageId);
          if (!isIn()) throw new LiveRefusal('conversation-closed');
          succeed();
          const recovered = { event: 'recovered', recovered: missed.recovered, count: missed.count } as const;
          this.hub.sendTo(connection, conversationChanged(id, recovered));
          await this.recovery.replay(connection, feed, missed.from, isIn);
        }
        this.pictures.ofConversation(id);
      } finally {
        if (!isIn()) this.drop(connection, state, id);
      }
    });
  }

  /**
   * The socket still gets its own messages, which may not have arrived from the broker yet, but no later event of the
   * conversation.
   * @returns what to wait for until it has left; `undefined` when it already has
   */
  leaveConversation(connection: CirclesConnection, id: number): undefined | Promise<void> {
    const state = demandState(connection);
    if (!state.conversations.has(id)) return undefined;
    const heard = this.feeds.reach(id, state.written.get(id) ?? 0);
    const leave = () => {
      this.drop(connection, state, id);
    };
    if (heard !== undefined) return heard.then(leave, leave);
    leave();
    return undefined;
  }

  /** @throws AppError `forbidden` */
  async joinCircle(connection: CirclesConnection, id: number, succeed: () => void): Promise<void> {
    const state = demandState(connection);
    await this.whileJoining(state, { room: 'circle', id, cancelled: false }, async (joining) => {
      const isIn = () => !joining.cancelled && !connection.closed;
      if (!(await this.mayJoin(state.principal, 'circle', id)) || !isIn()) throw new LiveRefusal('circle-closed');
      const subscribed = this.hub.subscribe(connection, circleChannel(id));
      if (subscribed) await subscribed;
      if (!isIn()) {
        this.hub.unsubscribe(connection, circleChannel(id));
        throw new LiveRefusal('circle-closed');
      }
      this.pictures.ofCircle(id);
      succeed();
    });
  }

  leaveCircle(connection: CirclesConnection, id: number): void {
    demandState(connection);
    this.hub.unsubscribe(connection, circleChannel(id));
  }

  /** Whether the socket is in the conversation's room, which implies that it may be. */
  isInConversation(connection: CirclesConnection, id: number): boolean {
    return connection.subscriptions?.has(conversationChannel(id)) ?? false;
  }

  /** Makes a socket leave a room if it is among those who must. */
  evict(connection: CirclesConnection, { room, id, who }: EvictedSignal): void {
    const state = stateOf(connection);
    if (state === undefined || !concerns(who, state.principal, connection.id)) return;
    if (room === 'circle') this.hub.unsubscribe(connection, circleChannel(id));
    else this.drop(connection, state, id);
  }

  /** Cancels joins in progress to a room the socket may no longer be in. */
  expel(connection: CirclesConnection, { room, id }: ExpelledSignal): void {
    const state = stateOf(connection);
    if (state === undefined) return;
    let wasJoining = false;
    for (const joining of state.joining) {
      if (joining.room !== room || joining.id !== id) continue;
      joining.cancelled = true;
      wasJoining = true;
    }
    if (!wasJoining) void this.expelBelated(connection, state, room, id);
  }

  /**
   * The broker keeps the order within a channel, not across channels: the socket may have joined after the eviction was
   * published on the room's channel, and before the expulsion arrives on its own. The database tells whether it is back
   * legitimately. If not, it leaves in the order of the room's channel, which may still bring why.
   */
  private async expelBelated(
    connection: CirclesConnection,
    state: SocketState,
    room: ExpelledSignal['room'],
    id: number,
  ): Promise<void> {
    const own = room === 'circle' ? circleChannel(id) : conversationChannel(id);
    if (!connection.subscriptions?.has(own)) return;
    const mayStay = await this.mayJoin(state.principal, room, id).catch(() => false);
    const evicted: EvictedSignal = { type: 'circles.evicted', room, id, who: { socket: connection.id } };
    if (!mayStay) this.hub.signal(own, evicted);
  }

  private async mayJoin(principal: AccountPrincipal, room: ExpelledSignal['room'], id: number): Promise<boolean> {
    if (room === 'circle') return mayInCircle(await this.access.inCircle(principal, id), 'join');
    const access = await this.access.inConversation(principal, id);
    return access !== undefined && mayInConversation(access.standing, 'join');
  }

  /** Called when the socket has ended. */
  leaveAll(state: SocketState): void {
    for (const id of state.conversations) this.feeds.release(id);
    state.conversations.clear();
  }

  private drop(connection: CirclesConnection, state: SocketState, id: number): void {
    this.hub.unsubscribe(connection, conversationChannel(id));
    state.typing.delete(id);
    state.written.delete(id);
    if (state.conversations.delete(id)) this.feeds.release(id);
  }

  private async whileJoining(
    state: SocketState,
    joining: Joining,
    join: (joining: Joining) => Promise<void>,
  ): Promise<void> {
    state.joining.add(joining);
    try {
      await join(joining);
    } finally {
      state.joining.delete(joining);
    }
  }
}

function concerns(who: Evicted, principal: AccountPrincipal, socket: string): boolean {
  if ('all' in who) return true;
  if ('socket' in who) return who.socket === socket;
  return 'devices' in who ? principal.kind === 'device' : principal.kind === 'user' && principal.userId === who.userId;
}
