import { Injectable } from '@nestjs/common';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { CallRooms } from './call-rooms.service.js';
import { Invitations } from './invitations.service.js';
import { Lobby } from '../lobby/lobby.service.js';
import { MEMBERS, PEERS, PENDING } from '../signaling.channels.js';
import { type RoomSeat } from '../signaling-state.js';

/**
 * Handles what died with another node: peers, their seats, and their invitations. To the others it looks like a
 * disconnect.
 */
@Injectable()
export class LostPeers {
  /** Peers whose departure from a room is being announced here; they leave the lobby only after that. */
  private readonly quitting = new Map<string, Promise<void>>();

  constructor(
    presence: Presence,
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
    private readonly invitations: Invitations,
  ) {
    presence.onLost(PEERS, (_, { id: sid }) => this.leaveLobby(sid));
    presence.onLost(MEMBERS, (room, member) => this.leaveRoom(room, member));
    presence.onLost(PENDING, (_, { data }) => this.invitations.lost(data));
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
