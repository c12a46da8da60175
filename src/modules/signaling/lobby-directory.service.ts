import { Injectable } from '@nestjs/common';
import { keyset } from '../../common/http/cursor.js';
import { CallRooms } from './call-rooms.service.js';
import { Lobby } from './lobby.service.js';

/** A peer as admins see it. */
export interface ListedPeer {
  /** Its place in the list, which is what pages are cut at. */
  readonly id: number;
  readonly sid: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly inCall: boolean;
}

/** Who is in the lobby, for people who look at it. */
@Injectable()
export class LobbyDirectory {
  constructor(
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
  ) {}

  /** One more than the page asks for, if there are so many; in the order they came. */
  async page(query: { readonly limit: number; readonly cursor?: string | undefined }): Promise<ListedPeer[]> {
    const { afterId, take } = keyset(query);
    const members = (await this.lobby.members()).slice(afterId, afterId + take);
    return Promise.all(
      members.map(async ({ id: sid, data: { name, connectedAt } }, i) => ({
        id: afterId + i + 1,
        sid,
        name,
        connectedAt,
        inCall: await this.rooms.isInCall(sid),
      })),
    );
  }
}
