import { Injectable } from '@nestjs/common';
import { isUnavailable } from '../../../common/errors/app-error.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type Channel } from '../../realtime/channel.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Presence } from '../../realtime/ports/presence.js';
import { type PresenceSet } from '../../realtime/ports/presence-set.js';
import { DEVICE_SOCKETS, deviceChannel, USER_SOCKETS, userChannel } from '../circles.channels.js';

/**
 * Who is online: from the first authenticated socket of an account or device, on whichever node, to the end of its
 * last. Nobody is told of changes, so a node that dies simply takes its sockets out of the count. While the shared
 * state is unreachable, this node answers by its own sockets.
 */
@Injectable()
export class Online {
  constructor(
    private readonly presence: Presence,
    private readonly hub: Hub,
  ) {}

  /** Called when a socket of `principal` has been authenticated. */
  async enter(principal: AccountPrincipal, connectionId: string): Promise<void> {
    await this.presence.enter(socketsOf(principal), { id: connectionId, data: null });
  }

  /** Called when that socket has ended. */
  async leave(principal: AccountPrincipal, connectionId: string): Promise<void> {
    await this.presence.leave(socketsOf(principal), connectionId);
  }

  isUserOnline(userId: number): Promise<boolean> {
    return this.isOnline(USER_SOCKETS.of(userId), userChannel(userId));
  }

  isDeviceOnline(deviceId: number): Promise<boolean> {
    return this.isOnline(DEVICE_SOCKETS.of(deviceId), deviceChannel(deviceId));
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

  private async isOnline(of: PresenceSet, own: Channel): Promise<boolean> {
    try {
      return (await this.presence.count(of)) > 0;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return this.hub.localCount(own) > 0;
    }
  }
}

function socketsOf(principal: AccountPrincipal): PresenceSet<null> {
  return principal.kind === 'user' ? USER_SOCKETS.of(principal.userId) : DEVICE_SOCKETS.of(principal.deviceId);
}
