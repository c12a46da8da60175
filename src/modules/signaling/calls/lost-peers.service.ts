import { Injectable } from '@nestjs/common';
import { type Channel } from '../../realtime/channel.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { CallRooms } from './call-rooms.service.js';
import { Invitations } from './invitations.service.js';
import { Lobby } from '../lobby/lobby.service.js';
import { isPendingInvitations, LOBBY, roomOfMembers } from '../signaling.channels.js';
import { type RoomSeat, type SentInvitation } from '../signaling-peer.js';

/** What died with another node: peers, their seats, and what they had sent. The others learn of it as of a disconnect. */
@Injectable()
export class LostPeers {
  /** Peers whose leaving a room is being announced here: only then do they leave the lobby. */
  private readonly quitting = new Map<string, Promise<void>>();

  constructor(
    presence: Presence,
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
    private readonly invitations: Invitations,
  ) {
    presence.onLost('signaling:', (of, member) => this.lost(of, member));
  }

  private async lost(of: Channel, member: PresenceMember): Promise<void> {
    const room = roomOfMembers(of);
    if (of === LOBBY) await this.leaveLobby(member.id);
    else if (room !== undefined) await this.leaveRoom(room, member as PresenceMember<RoomSeat>);
    else if (isPendingInvitations(of)) await this.invitations.lost(member.data as SentInvitation);
  }

  private async leaveLobby(sid: string): Promise<void> {
    try {
      await this.lobby.changed();
      await this.rooms.leaveLost(sid);
      await this.quitting.get(sid);
    } finally {
      this.lobby.announceLeave(sid);
    }
  }

  private async leaveRoom(room: string, member: PresenceMember<RoomSeat>): Promise<void> {
    const left = this.rooms.memberLost(room, member);
    this.quitting.set(member.id, left);
    try {
      await left;
    } finally {
      this.quitting.delete(member.id);
    }
  }
}
