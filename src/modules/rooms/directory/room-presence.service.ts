import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { principalOf, type RoomConnection, type RoomPrincipal } from '../room-connection.js';
import { PRESENT, watchersChannel } from '../rooms.channels.js';
import { type PresenceChange, type PresentMember, type RoomsEvent } from '../rooms.events.js';

/** Who is connected to a room, on all nodes. */
@Injectable()
export class RoomPresence {
  /** Changes that watchers on this node heard before they were told who is there. */
  private readonly early = new WeakMap<RoomConnection, PresenceChange[]>();

  constructor(
    private readonly presence: Presence,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {
    presence.onLost(PRESENT, (room, { id: seat, data: { identity } }) => {
      this.announce(Number(room), { type: 'rooms.left', seat, identity });
    });
  }

  /** Everybody in the room, by the id of their seat. */
  list(roomId: number): Promise<PresenceMember<PresentMember>[]> {
    return this.presence.list(PRESENT.of(roomId));
  }

  async enter({ roomId, seat, identity, permissions }: RoomPrincipal): Promise<void> {
    const data: PresentMember = { identity, permissions, connectedAt: this.clock.date().toISOString() };
    await this.presence.enter(PRESENT.of(roomId), { id: seat, data });
    this.announce(roomId, { type: 'rooms.joined', seat, identity });
  }

  async leave({ roomId, seat, identity }: RoomPrincipal): Promise<void> {
    if (await this.presence.leave(PRESENT.of(roomId), seat))
      this.announce(roomId, { type: 'rooms.left', seat, identity });
  }

  /** From now on `connection`, which has entered, hears who comes and goes; first it is told who is there. */
  async watch(connection: RoomConnection, principal: RoomPrincipal): Promise<void> {
    const early: PresenceChange[] = [];
    this.early.set(connection, early);
    try {
      await this.hub.subscribe(connection, watchersChannel(principal.roomId));
      this.hub.keep(watchersChannel(principal.roomId), this.pictureOf(principal.roomId));
      const members = await this.presence.list(PRESENT.of(principal.roomId));
      principal.known = new Set(members.map(({ id }) => id));
      const present: RoomsEvent = { type: 'rooms.present', items: members.map(({ data }) => data) };
      this.hub.sendTo(connection, present);
    } finally {
      this.early.delete(connection);
    }
    for (const change of early) this.changed(connection, change);
  }

  /** Somebody came or went: tells a watcher if that is news to it. */
  changed(connection: RoomConnection, change: PresenceChange): void {
    const early = this.early.get(connection);
    if (early) {
      early.push(change);
      return;
    }
    const known = principalOf(connection)?.known;
    if (!known) return;
    const isNews = change.type === 'rooms.left' ? known.delete(change.seat) : !known.has(change.seat);
    if (!isNews) return;
    if (change.type === 'rooms.joined') known.add(change.seat);
    this.hub.sendTo(connection, change);
  }

  private announce(roomId: number, change: PresenceChange): void {
    this.hub.announce(watchersChannel(roomId), change, { signal: true });
  }

  /** Identities by seat. */
  private pictureOf(roomId: number): PictureSubject<string, PresenceChange> {
    return {
      read: async () => (await this.presence.list(PRESENT.of(roomId))).map(({ id, data }) => [id, data.identity]),
      changes: ({ type, seat, identity }) => [[seat, type === 'rooms.joined' ? identity : undefined]],
      tell: (missed) => {
        for (const { id: seat, before = '', now } of missed) {
          const change: PresenceChange =
            now === undefined
              ? { type: 'rooms.left', seat, identity: before }
              : { type: 'rooms.joined', seat, identity: now };
          this.hub.signalHere(watchersChannel(roomId), change);
        }
      },
    };
  }
}
