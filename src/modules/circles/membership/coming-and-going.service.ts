import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { AccountEndings } from '../../accounts/account-endings.js';
import { type LoginAccount, LoginEvents, type LoginObserver } from '../../auth/logins/login-events.js';
import { CircleRooms } from '../presence/circle-rooms.service.js';
import { CirclesRepository } from './circles.repository.js';
import { CircleMembers } from './circle-members.service.js';
import { removeEverywhere } from './members.repository.js';

/** Tells circles of sign-ins, sign-outs and removed accounts of their members and devices. */
@Injectable()
export class ComingAndGoing implements OnModuleInit, LoginObserver {
  constructor(
    private readonly logins: LoginEvents,
    private readonly endings: AccountEndings,
    private readonly circles: CirclesRepository,
    private readonly members: CircleMembers,
    private readonly rooms: CircleRooms,
  ) {}

  onModuleInit(): void {
    this.logins.observe(this);
    this.endings.register(['removed'], (manager, userId) => this.accountLeaves(manager, userId));
  }

  loginBegan(account: LoginAccount): Promise<void> {
    return this.announce(account, 'connect');
  }

  loginEnded(account: LoginAccount): Promise<void> {
    return this.announce(account, 'disconnect');
  }

  private async announce({ kind, id }: LoginAccount, event: 'connect' | 'disconnect'): Promise<void> {
    if (kind === 'device') {
      const circle = await this.circles.circleOfDevice(id);
      if (circle !== undefined) this.rooms.tellCircle(circle, { event: 'device', type: event, deviceId: id });
      return;
    }
    const { email: user, circleIds } = (await this.circles.announcedAs(id)) ?? {};
    if (user === undefined || circleIds === undefined) return;
    for (const circle of circleIds) this.rooms.tellCircle(circle, { event, user });
  }

  /**
   * Runs in the transaction that removes the account, which leaves its circles as if on its own. @returns what to do
   * after the commit
   */
  private async accountLeaves(manager: EntityManager, userId: number): Promise<() => void> {
    const departures = await removeEverywhere(manager, userId);
    return () => {
      for (const { circleId, departure } of departures) this.members.announceDeparture(circleId, userId, departure);
    };
  }
}
