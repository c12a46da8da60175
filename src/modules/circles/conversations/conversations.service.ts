import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { invalidInput } from '../../../common/http/input/input.pipe.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { CircleAccess } from '../access/access.service.js';
import { notThere } from '../circles.policy.js';
import { DevicesRepository } from '../devices/devices.repository.js';
import { type Appointment } from '../membership/members.repository.js';
import { Online } from '../presence/online.service.js';
import { CircleRooms } from '../presence/circle-rooms.service.js';
import { type ConversationRow, ConversationsRepository, type ParticipantRow } from './conversations.repository.js';

export interface Participant extends ParticipantRow {
  readonly isOnline: boolean;
}

/** A conversation with all its participants. */
export interface ConversationState extends ConversationRow {
  readonly participants: readonly Participant[];
}

export interface ConversationWish {
  readonly name: string;
  readonly memberIds?: readonly number[] | undefined;
  readonly deviceAccess?: boolean | undefined;
}

/** Conversations of a circle. */
@Injectable()
export class Conversations {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly devices: DevicesRepository,
    private readonly access: CircleAccess,
    private readonly online: Online,
    private readonly rooms: CircleRooms,
  ) {}

  /**
   * The creator becomes its `ADMIN`. @throws AppError `not_found`, `invalid_input` when somebody named is not in the
   * circle
   */
  async create(principal: UserPrincipal, circleId: number, wish: ConversationWish): Promise<ConversationState> {
    await this.access.demandCircle(principal, circleId, 'createConversation');
    const { name, deviceAccess = false } = wish;
    const memberIds = [...new Set(wish.memberIds ?? [])].filter((id) => id !== principal.userId);
    const id = await this.repository.create({ circleId, name, deviceAccess, memberIds }, principal.userId);
    if (id === undefined) throw invalidInput([{ field: 'memberIds', message: 'must be members of the circle' }]);
    this.rooms.notePrivilege(principal.userId, id, 'ADMIN');
    for (const member of memberIds) this.rooms.tellUser(member, id, { event: 'invite' });
    for (const device of await this.devices.idsOf(circleId)) {
      if (deviceAccess) this.rooms.tellDevice(device, id, { event: 'invite' });
      else this.rooms.noteAccess(device, id, false);
    }
    return this.read(principal, id);
  }

  /** The circle's conversations that the principal takes part in. @throws AppError `not_found` */
  async list(
    principal: AccountPrincipal,
    circleId: number,
    query: { limit: number; cursor?: string },
  ): Promise<Page<ConversationState>> {
    await this.access.demandCircle(principal, circleId, 'listConversations');
    const page = await pageById(query, (afterId, take) =>
      principal.kind === 'user'
        ? this.repository.listOfUser(circleId, principal.userId, afterId, take)
        : this.repository.listOfDevices(circleId, afterId, take),
    );
    return { ...page, items: await this.withParticipants(page.items) };
  }

  /** @throws AppError `not_found` */
  async get(principal: AccountPrincipal, id: number): Promise<ConversationState> {
    await this.access.demandConversation(principal, id, 'read');
    return this.read(principal, id);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async change(
    principal: UserPrincipal,
    id: number,
    { name, deviceAccess }: { name?: string | undefined; deviceAccess?: boolean | undefined },
  ): Promise<ConversationState> {
    const { circleId } = await this.access.demandConversation(principal, id, 'update');
    const changed = await this.repository.change(id, {
      ...(name !== undefined && { name }),
      ...(deviceAccess !== undefined && { deviceAccess }),
    });
    if (changed === undefined) throw notThere();
    if (changed.renamed) this.rooms.tellConversation(id, { event: 'update' }, name);
    if (changed.access !== null) {
      this.rooms.tellConversation(id, { event: 'device', type: changed.access ? 'add' : 'remove' });
      const devices = await this.devices.idsOf(circleId);
      if (!changed.access) this.rooms.evictDevices(id, devices);
      else for (const device of devices) this.rooms.noteAccess(device, id, true);
    }
    return this.read(principal, id);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async remove(principal: UserPrincipal, id: number): Promise<void> {
    await this.access.demandConversation(principal, id, 'delete');
    const audience = await this.repository.remove(id);
    if (audience === undefined) throw notThere();
    this.rooms.tellConversation(id, { event: 'delete' });
    this.rooms.close('conversation', id, audience.userIds, audience.deviceIds);
  }

  /**
   * @throws AppError `not_found` (no such conversation, or no such member of the circle), `forbidden`, `already_exists`
   */
  async invite(
    principal: UserPrincipal,
    id: number,
    who: { userId: number } | { email: string },
  ): Promise<Participant> {
    const { circleId } = await this.access.demandConversation(principal, id, 'invite');
    const userId = await this.repository.findMember(circleId, who);
    if (userId === undefined) throw new AppError('not_found', 'There is no such member of the circle.');
    const read = await this.repository.addParticipant(id, circleId, userId);
    if (read === undefined) throw new AppError('already_exists', 'This member already takes part.');
    this.rooms.tellUser(userId, id, { event: 'invite' });
    const participant = await this.participant(id, userId);
    this.rooms.noteParticipant(id, participant.email, read);
    return participant;
  }

  /** @throws AppError `not_found` */
  async leave(principal: UserPrincipal, id: number): Promise<void> {
    await this.access.demandConversation(principal, id, 'leave');
    const removed = await this.repository.removeParticipant(id, principal.userId, true);
    if (removed === undefined) throw notThere();
    this.rooms.tellConversation(id, { event: 'quit', user: removed.email });
    this.showOut(id, principal.userId, removed.appointed);
    if (removed.closed === undefined) return;
    this.rooms.tellConversation(id, { event: 'delete' });
    this.rooms.close('conversation', id, removed.closed.userIds, removed.closed.deviceIds);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async kick(principal: UserPrincipal, id: number, userId: number): Promise<void> {
    if (userId === principal.userId) return this.leave(principal, id);
    await this.access.demandConversation(principal, id, 'kick');
    const removed = await this.repository.removeParticipant(id, userId, false);
    if (removed === undefined) throw notThere();
    this.rooms.tellConversation(id, { event: 'kick', user: removed.email, from: principal.label });
    this.showOut(id, userId, removed.appointed);
  }

  /** Passes `ADMIN` on to another participant. @throws AppError `not_found`, `forbidden` */
  async promote(principal: UserPrincipal, id: number, userId: number): Promise<Participant> {
    await this.access.demandConversation(principal, id, 'promote');
    if (!(await this.repository.promote(id, userId))) throw notThere();
    if (userId !== principal.userId) this.rooms.notePrivilege(principal.userId, id, 'STANDARD');
    this.rooms.tellUser(userId, id, { event: 'promoted' });
    return this.participant(id, userId);
  }

  /**
   * Moves the read marker forward, never back.
   * @param done called before the others are told
   * @returns the new position of the marker
   * @throws AppError `not_found`, `forbidden`
   */
  async markRead(
    principal: AccountPrincipal,
    id: number,
    messageId: number,
    done?: (messageId: number) => void,
  ): Promise<number> {
    await this.access.demandConversation(principal, id, 'markRead');
    const marker = await this.repository.markRead(id, Number(principal.id), messageId);
    if (marker === undefined) throw notThere();
    done?.(marker.messageId);
    if (marker.moved) {
      this.rooms.tellConversation(id, { event: 'read', user: principal.label, messageId: marker.messageId });
    }
    return marker.messageId;
  }

  private showOut(id: number, userId: number, appointed: readonly Appointment[]): void {
    this.rooms.evictUser('conversation', id, userId);
    for (const each of appointed) this.rooms.notePrivilege(each.userId, id, 'ADMIN');
  }

  private async read(principal: AccountPrincipal, id: number): Promise<ConversationState> {
    const row = await this.repository.find(id, principal.kind === 'user' ? principal.userId : null);
    const [state] = row ? await this.withParticipants([row]) : [];
    if (state === undefined) throw notThere();
    return state;
  }

  private async participant(id: number, userId: number): Promise<Participant> {
    const row = (await this.repository.participants([id])).find((each) => each.id === userId);
    if (row === undefined) throw notThere();
    return { ...row, isOnline: await this.online.isUserOnline(userId) };
  }

  private async withParticipants(rows: readonly ConversationRow[]): Promise<ConversationState[]> {
    const participants = rows.length > 0 ? await this.repository.participants(rows.map(({ id }) => id)) : [];
    const online = await this.online.usersOnline(participants.map(({ id }) => id));
    return rows.map((row) => ({
      ...row,
      participants: participants
        .filter(({ conversationId }) => conversationId === row.id)
        .map((each) => ({ ...each, isOnline: online.has(each.id) })),
    }));
  }
}
