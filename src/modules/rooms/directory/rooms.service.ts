import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type SearchQuery, type PlaceQuery } from '../../../common/http/paging/page.dto.js';
import { pageByPlace } from '../../../common/http/paging/place-cursor.js';
import { randomHex } from '../../../common/security/random.js';
import { type Room } from '../../../entities/rooms/room.entity.js';
import { AuditLog, type Was } from '../../audit/audit-log.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { RoomPresence } from './room-presence.service.js';
import { endpointChannel, holdersChannel, readersChannel, writersChannel } from '../rooms.channels.js';
import { type PresentMember, type RoomChanged } from '../rooms.events.js';
import { type RoomOptions, RoomsRepository, type RoomWithHead } from './rooms.repository.js';

const EPOCH_LENGTH = 12;

/** What applications do with their rooms; live sockets follow. */
@Injectable()
export class Rooms {
  constructor(
    private readonly repository: RoomsRepository,
    private readonly audit: AuditLog,
    private readonly presence: RoomPresence,
    private readonly hub: Hub,
  ) {}

  /** @throws AppError `already_exists` when the application already has a room of this name */
  create(applicationId: number, options: RoomOptions & Pick<Room, 'name'>): Promise<Room> {
    const create = () => this.repository.create(applicationId, options, randomHex(EPOCH_LENGTH));
    return this.audit.act('rooms.create', ['room'], create);
  }

  page(applicationId: number, query: SearchQuery): Promise<Page<Room>> {
    return pageById(query, (afterId, take) => this.repository.page(applicationId, query.q, afterId, take));
  }

  names(applicationId: number): Promise<string[]> {
    return this.repository.names(applicationId);
  }

  /** @throws AppError `not_found` */
  async get(applicationId: number, name: string): Promise<Room> {
    return (await this.repository.find(applicationId, name)) ?? notFound();
  }

  /** @throws AppError `not_found` */
  async getWithHead(applicationId: number, name: string): Promise<RoomWithHead> {
    return (await this.repository.findWithHead(applicationId, name)) ?? notFound();
  }

  /** @throws AppError `not_found`, or `already_exists` when the new name is taken */
  async update(applicationId: number, name: string, change: RoomOptions): Promise<Room> {
    const changed = await this.audit.act('rooms.update', ['room'], (was) =>
      this.repository.change(applicationId, name, change, randomHex(EPOCH_LENGTH), was),
    );
    const { room, wasDurable } = changed ?? notFound();
    if (room.durable !== wasDurable) {
      const fact: RoomChanged = { type: 'rooms.changed', durable: room.durable };
      this.hub.signal(readersChannel(room.id), fact);
      this.hub.signal(writersChannel(room.id), fact);
    }
    return room;
  }

  /** Deletes a room with its endpoints and closes their sockets. @throws AppError `not_found` */
  async delete(applicationId: number, name: string): Promise<void> {
    const remove = (was: Was) => this.repository.delete(applicationId, name, was);
    const { id, digests } = (await this.audit.remove('rooms.delete', ['room'], remove)) ?? notFound();
    this.hub.disconnect(holdersChannel(id), DISCONNECT.notAllowed);
    for (const digest of digests) this.hub.disconnect(endpointChannel(digest), DISCONNECT.notAllowed);
  }

  /** Who is connected, in order of arrival. @throws AppError `not_found` */
  async present(
    applicationId: number,
    name: string,
    query: PlaceQuery,
  ): Promise<Page<PresentMember> & { readonly count: number }> {
    const all = await this.presence.list((await this.get(applicationId, name)).id);
    const page = pageByPlace(all, query, ({ id, data }) => ({ at: Date.parse(data.connectedAt), id }));
    return { items: page.items.map(({ data }) => data), nextCursor: page.nextCursor, count: all.length };
  }
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such room.');
}
