import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, keyset, toPage } from '../../../common/http/paging/cursor.js';
import { type CirclePrivilege } from '../../../entities/circles/circle-member.entity.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { CircleAccess } from '../access/access.service.js';
import { notThere } from '../circles.policy.js';
import { Online } from '../presence/online.service.js';
import { CircleRooms } from '../presence/circle-rooms.service.js';
import { Circles } from './circles.service.js';
import { type Departure, type MemberRow, MembersRepository } from './members.repository.js';

export interface Member extends MemberRow {
  readonly isOnline: boolean;
}

/** The members of a circle. */
@Injectable()
export class CircleMembers {
  constructor(
    private readonly repository: MembersRepository,
    private readonly access: CircleAccess,
    private readonly circles: Circles,
    private readonly online: Online,
    private readonly rooms: CircleRooms,
  ) {}

  /** Ascending by the account's id. @throws AppError `not_found` */
  async list(
    principal: AccountPrincipal,
    circleId: number,
    query: { limit: number; cursor?: string },
  ): Promise<Page<Member>> {
    await this.access.demandCircle(principal, circleId, 'listMembers');
    const { afterId, take } = keyset(query);
    const rows = await this.repository.list(circleId, afterId, take);
    const online = await this.online.usersOnline(rows.map(({ id }) => id));
    return toPage(rows, query.limit, (row) => ({ ...row, isOnline: online.has(row.id) }));
  }

  /**
   * Giving `ADMIN` to a member takes it from its holder: a circle has exactly one.
   * @throws AppError `not_found`, `forbidden`, `conflict` when the `ADMIN` would drop it without a successor
   */
  async changePrivilege(
    principal: UserPrincipal,
    circleId: number,
    userId: number,
    privilege: CirclePrivilege,
  ): Promise<Member> {
    await this.access.demandCircle(principal, circleId, 'changePrivilege');
    const outcome = await this.repository.changePrivilege(circleId, userId, privilege);
    if (outcome === 'admin') throw new AppError('conflict', 'A circle needs an ADMIN: make another member one first.');
    const row = outcome === 'absent' ? undefined : await this.repository.find(circleId, userId);
    if (row === undefined) throw notThere();
    return { ...row, isOnline: await this.online.isUserOnline(userId) };
  }

  /** @throws AppError `not_found` */
  async leave(principal: UserPrincipal, circleId: number): Promise<void> {
    await this.access.demandCircle(principal, circleId, 'leave');
    const departure = await this.repository.remove(circleId, principal.userId, true);
    if (departure === undefined) throw notThere();
    this.announceDeparture(circleId, principal.userId, departure);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async kick(principal: UserPrincipal, circleId: number, userId: number): Promise<void> {
    if (userId === principal.userId) return this.leave(principal, circleId);
    await this.access.demandCircle(principal, circleId, 'kick');
    const departure = await this.repository.remove(circleId, userId, false);
    if (departure === undefined) throw notThere();
    this.rooms.tellCircle(circleId, { event: 'kick', user: departure.email, from: principal.label });
    this.showOut(circleId, userId, departure);
  }

  /** Tells everybody else that somebody left on their own. */
  announceDeparture(circleId: number, userId: number, departure: Departure): void {
    this.rooms.tellCircle(circleId, { event: 'quit', user: departure.email });
    this.showOut(circleId, userId, departure);
    if (departure.removed) this.circles.announceRemoval(circleId, departure.removed);
  }

  private showOut(circleId: number, userId: number, departure: Departure): void {
    const { email, conversationIds, appointed, closed } = departure;
    this.rooms.evictUser('circle', circleId, userId);
    for (const id of conversationIds) {
      this.rooms.noteParticipant(id, email, undefined);
      this.rooms.evictUser('conversation', id, userId);
    }
    for (const each of appointed) this.rooms.notePrivilege(each.userId, each.conversationId, 'ADMIN');
    for (const { id, userIds, deviceIds } of closed) this.rooms.close('conversation', id, userIds, deviceIds);
  }
}
