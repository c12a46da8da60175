import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { normalizeEmail } from '../../../common/security/email.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { CircleAccess } from '../access/access.service.js';
import { notThere } from '../circles.policy.js';
import { CircleRooms } from '../presence/circle-rooms.service.js';
import { Circles } from './circles.service.js';
import { type CircleRow } from './circles.repository.js';
import { type InviteRow, InvitesRepository } from './invites.repository.js';

type Query = { limit: number; cursor?: string };

/** Pending invitations to circles. */
@Injectable()
export class Invites {
  constructor(
    private readonly repository: InvitesRepository,
    private readonly access: CircleAccess,
    private readonly circles: Circles,
    private readonly rooms: CircleRooms,
    private readonly allowance: RequestAllowance,
  ) {}

  /**
   * Invites whoever has the email, now or later; the answer does not tell whether anybody has.
   * @throws AppError `not_found`, `already_exists` when they are already a member or invited
   */
  async create(principal: UserPrincipal, circleId: number, email: string): Promise<InviteRow> {
    await this.access.demandCircle(principal, circleId, 'invite');
    await this.allowance.chargeInvite(principal.userId, normalizeEmail(email));
    const invite = await this.repository.create(circleId, normalizeEmail(email), principal.userId);
    if (invite === undefined) throw new AppError('already_exists', 'This person is already a member or invited.');
    const userId = await this.repository.findInvitee(invite.email);
    if (userId === undefined) return invite;
    this.rooms.tellInvite(userId, circleId, invite.id);
    return invite;
  }

  /** Pending invitations into a circle. @throws AppError `not_found` */
  async listOfCircle(principal: UserPrincipal, circleId: number, query: Query): Promise<Page<InviteRow>> {
    await this.access.demandCircle(principal, circleId, 'listInvites');
    return pageById(query, (afterId, take) => this.repository.listOfCircle(circleId, afterId, take));
  }

  /** Pending invitations of the caller. */
  async listOwn(principal: UserPrincipal, query: Query): Promise<Page<InviteRow>> {
    return pageById(query, (afterId, take) => this.repository.listOfInvitee(principal.label, afterId, take));
  }

  /** Withdraws an invitation. @throws AppError `not_found`, `forbidden` */
  async withdraw(principal: UserPrincipal, id: number): Promise<void> {
    const invite = await this.repository.find(id);
    if (invite === undefined) throw notThere();
    // The invited person sees it, but may only accept or decline it.
    if (invite.email === principal.label) throw new AppError('forbidden', 'Accept or decline the invite instead.');
    await this.access.demandCircle(principal, invite.circleId, 'withdrawInvite');
    if (!(await this.repository.remove(id))) throw notThere();
  }

  /** @returns the circle. @throws AppError `not_found` */
  async accept(principal: UserPrincipal, id: number): Promise<CircleRow> {
    const invite = await this.own(principal, id);
    if (!(await this.repository.accept(invite, principal.userId))) throw notThere();
    this.rooms.tellCircle(invite.circleId, { event: 'join', user: principal.label });
    return this.circles.get(principal, invite.circleId);
  }

  /** @throws AppError `not_found` */
  async decline(principal: UserPrincipal, id: number): Promise<void> {
    const invite = await this.own(principal, id);
    if (!(await this.repository.remove(invite.id))) throw notThere();
  }

  private async own(principal: UserPrincipal, id: number): Promise<InviteRow> {
    const invite = await this.repository.find(id);
    if (invite?.email !== principal.label) throw notThere();
    return invite;
  }
}
