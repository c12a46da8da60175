import { Injectable } from '@nestjs/common';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import {
  type CircleAction,
  type CircleStanding,
  type ConversationAction,
  type ConversationStanding,
  demandInCircle,
  demandInConversation,
  demandOfMessage,
  type MessageAction,
  notThere,
} from '../circles.policy.js';
import { AccessRepository, type ConversationAccessRow, type MessageAccessRow } from './access.repository.js';

/** A conversation with the caller's standing in it. */
export interface ConversationAccess extends ConversationAccessRow {
  readonly standing: ConversationStanding;
}

/** Determines what somebody is to a circle or conversation, and refuses what that does not allow. */
@Injectable()
export class CircleAccess {
  constructor(private readonly repository: AccessRepository) {}

  async inCircle(principal: AccountPrincipal, circleId: number): Promise<CircleStanding> {
    if (principal.kind === 'device') return principal.circleId === circleId ? 'device' : 'none';
    const privilege = await this.repository.privilegeIn(circleId, principal.userId);
    if (privilege === undefined) return 'none';
    return privilege === 'ADMIN' ? 'admin' : 'member';
  }

  /** For sockets; `undefined` when there is no such conversation. */
  async inConversation(principal: AccountPrincipal, id: number): Promise<ConversationAccess | undefined> {
    return accessOf(principal, await this.repository.place(id, placeOwner(principal)));
  }

  /** @throws AppError `not_found`, `forbidden` */
  async demandCircle(principal: AccountPrincipal, circleId: number, action: CircleAction): Promise<CircleStanding> {
    const standing = await this.inCircle(principal, circleId);
    demandInCircle(standing, action);
    return standing;
  }

  /** @throws AppError `not_found`, `forbidden` */
  async demandConversation(
    principal: AccountPrincipal,
    id: number,
    action: ConversationAction,
  ): Promise<ConversationAccess> {
    const access = accessOf(principal, await this.repository.conversation(id, placeOwner(principal)));
    if (access === undefined) throw notThere();
    demandInConversation(access.standing, action);
    return access;
  }

  /** @throws AppError `not_found`, `forbidden` */
  async demandMessage(principal: AccountPrincipal, id: number, action: MessageAction): Promise<MessageAccessRow> {
    const row = await this.repository.message(id, placeOwner(principal));
    if (row === undefined) throw notThere();
    const isAuthor =
      principal.kind === 'user' ? row.authorUserId === principal.userId : row.authorDeviceId === principal.deviceId;
    demandOfMessage(standingOf(principal, row), isAuthor, action);
    return row;
  }
}

/** As the repository has it: 0 for a device. */
const placeOwner = (principal: AccountPrincipal): number => (principal.kind === 'user' ? principal.userId : 0);

function accessOf(principal: AccountPrincipal, row: ConversationAccessRow | undefined): ConversationAccess | undefined {
  if (row === undefined) return undefined;
  // Every join comes through here: a literal takes a tenth of the time of a spread with one more member.
  const { id, circleId, deviceAccess, lastMessageId, linkId, privilege } = row;
  return { id, circleId, deviceAccess, lastMessageId, linkId, privilege, standing: standingOf(principal, row) };
}

function standingOf(principal: AccountPrincipal, row: ConversationAccessRow): ConversationStanding {
  if (principal.kind === 'device') return row.deviceAccess && row.circleId === principal.circleId ? 'device' : 'none';
  if (row.privilege === null) return 'none';
  return row.privilege === 'ADMIN' ? 'admin' : 'participant';
}
