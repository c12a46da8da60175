import { Injectable } from '@nestjs/common';
import { type AccountPrincipal } from '../../auth/device-principal.js';
import { type Channel } from '../../realtime/channel.js';
import { Presence } from '../../realtime/presence.js';
import { onlineDevice, onlineUser } from '../circles.channels.js';

/** Who is online: from an account's or device's first authenticated socket to the end of its last one. */
@Injectable()
export class Online {
  constructor(private readonly presence: Presence) {}

  /** A socket of `principal` was authenticated. */
  async enter(principal: AccountPrincipal, connectionId: string): Promise<void> {
    await this.presence.enter(channelOf(principal), { id: connectionId, data: null });
  }

  /** That socket has ended. */
  async leave(principal: AccountPrincipal, connectionId: string): Promise<void> {
    await this.presence.leave(channelOf(principal), connectionId);
  }

  async isUserOnline(userId: number): Promise<boolean> {
    return (await this.presence.count(onlineUser(userId))) > 0;
  }

  async isDeviceOnline(deviceId: number): Promise<boolean> {
    return (await this.presence.count(onlineDevice(deviceId))) > 0;
  }

  /** Those of `userIds` who are online. */
  async usersOnline(userIds: readonly number[]): Promise<ReadonlySet<number>> {
    const distinct = [...new Set(userIds)];
    const states = await Promise.all(distinct.map((id) => this.isUserOnline(id)));
    return new Set(distinct.filter((_id, index) => states[index]));
  }

  /** Those of `deviceIds` that are online. */
  async devicesOnline(deviceIds: readonly number[]): Promise<ReadonlySet<number>> {
    const distinct = [...new Set(deviceIds)];
    const states = await Promise.all(distinct.map((id) => this.isDeviceOnline(id)));
    return new Set(distinct.filter((_id, index) => states[index]));
  }
}

function channelOf(principal: AccountPrincipal): Channel {
  return principal.kind === 'user' ? onlineUser(principal.userId) : onlineDevice(principal.deviceId);
}
