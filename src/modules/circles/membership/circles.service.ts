import { Injectable } from '@nestjs/common';
import { keyset, type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { Logins } from '../../auth/logins/logins.service.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { CircleAccess } from '../access/access.service.js';
import { notThere } from '../circles.policy.js';
import { CircleRooms } from '../presence/circle-rooms.service.js';
import { type CircleRow, CirclesRepository, type RemovedCircle } from './circles.repository.js';

/** Creates, reads, renames and removes circles. */
@Injectable()
export class Circles {
  constructor(
    private readonly repository: CirclesRepository,
    private readonly access: CircleAccess,
    private readonly rooms: CircleRooms,
    private readonly logins: Logins,
  ) {}

  /** The creator becomes its `ADMIN`. */
  create(principal: UserPrincipal, name: string): Promise<CircleRow> {
    return this.repository.create(name, principal.userId);
  }

  /** A person's circles, or the one circle of a device. */
  async list(principal: AccountPrincipal, query: { limit: number; cursor?: string }): Promise<Page<CircleRow>> {
    if (principal.kind === 'user') {
      return pageById(query, (afterId, take) => this.repository.listOf(principal.userId, afterId, take));
    }
    const isAhead = principal.circleId > keyset(query).afterId;
    const own = isAhead ? await this.repository.find(principal.circleId, null) : undefined;
    return { items: own ? [own] : [], nextCursor: null };
  }

  /** @throws AppError `not_found` */
  async get(principal: AccountPrincipal, id: number): Promise<CircleRow> {
    await this.access.demandCircle(principal, id, 'read');
    return this.read(principal, id);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async rename(principal: UserPrincipal, id: number, name: string | undefined): Promise<CircleRow> {
    await this.access.demandCircle(principal, id, 'update');
    if (name !== undefined) {
      if (!(await this.repository.rename(id, name))) throw notThere();
      this.rooms.tellCircle(id, { event: 'update' }, name);
    }
    return this.read(principal, id);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async remove(principal: UserPrincipal, id: number): Promise<void> {
    await this.access.demandCircle(principal, id, 'delete');
    const removed = await this.repository.remove(id);
    if (removed === undefined) throw notThere();
    this.announceRemoval(id, removed);
  }

  /** Tells the circle's room that it is gone, and closes its rooms and its devices' logins. */
  announceRemoval(id: number, { userIds, deviceIds, conversationIds, logins }: RemovedCircle): void {
    this.rooms.tellCircle(id, { event: 'delete' });
    this.rooms.close('circle', id, userIds, deviceIds);
    for (const conversation of conversationIds) this.rooms.close('conversation', conversation, userIds, deviceIds);
    this.logins.close(logins);
  }

  private async read(principal: AccountPrincipal, id: number): Promise<CircleRow> {
    const row = await this.repository.find(id, principal.kind === 'user' ? principal.userId : null);
    if (row === undefined) throw notThere();
    return row;
  }
}
