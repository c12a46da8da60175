import { Injectable, Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { type FeedWish } from '../../console/console.events.js';
import { type FeedReader, Feeds, type FeedSource } from '../../console/feeds.service.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Rooms } from '../directory/rooms.service.js';
import { RoomFeeds } from '../log/room-feeds.service.js';
import { readersChannel } from '../rooms.channels.js';
import { type RoomChanged, type RoomMessageEvent } from '../rooms.events.js';

/**
 * Lets consoles read along in a room: they hear what readers hear without counting as one, and always leave a trace.
 */
@Injectable()
export class RoomReading implements FeedSource {
  readonly needs = 'operator';
  private readonly logger = new Logger(RoomReading.name);

  constructor(
    feeds: Feeds,
    private readonly rooms: Rooms,
    private readonly log: RoomFeeds,
    private readonly audit: AuditLog,
    private readonly hub: Hub,
  ) {
    feeds.know('room', this);
  }

  async open(reader: FeedReader, { application = 0, room: name = '' }: FeedWish): Promise<() => void> {
    const { room, head } = await this.rooms.getWithHead(application, name);
    const { principal, address, userAgent } = reader;
    await this.audit.note({
      action: 'rooms.read-messages',
      actor: principal,
      target: { kind: 'room', id: null, label: name },
      changes: { application, live: true },
      request: { address, ...(userAgent !== null && { userAgent }) },
    });
    const hold = new Hold(this.log, room.id);
    const channel = readersChannel(room.id);
    const hear = (event: RoomMessageEvent | RoomChanged): void => {
      if (event.type === 'rooms.message') reader.say(event);
      else
        hold.follow(event.durable, true).catch((error: unknown) => {
          reportFailure(this.logger, 'a room could not be followed', error);
          reader.end();
        });
    };
    await this.hub.overhear(channel, hear);
    try {
      await hold.follow(room.durable && head !== null);
    } catch (error) {
      this.hub.stopOverhearing(channel, hear);
      throw error;
    }
    return () => {
      this.hub.stopOverhearing(channel, hear);
      void hold.follow(false);
    };
  }
}

/** Holds on to the room's feed while the room keeps messages. */
class Hold {
  private isHeld = false;
  /** The latest step; steps run one after the other. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: RoomFeeds,
    private readonly roomId: number,
  ) {}

  /** @param isNew whether there are readers who also need messages stored before this node heard of the change */
  follow(durable: boolean, isNew = false): Promise<void> {
    const next = this.last.then(async () => {
      if (durable === this.isHeld) return;
      if (durable) await (isNew ? this.log.holdNew(this.roomId) : this.log.hold(this.roomId));
      else this.log.release(this.roomId);
      this.isHeld = durable;
    });
    this.last = next.catch(() => undefined);
    return next;
  }
}
