import { Injectable } from '@nestjs/common';
import { type Page } from '../../common/http/paging/cursor.js';
import { type PlaceQuery } from '../../common/http/paging/page.dto.js';
import { pageByPlace } from '../../common/http/paging/place-cursor.js';
import { CallRooms } from './calls/call-rooms.service.js';
import { Lobby } from './lobby/lobby.service.js';

/** A peer as admins see it. */
export interface ListedPeer {
  readonly sid: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly inCall: boolean;
}

/** The peers in the lobby, for admins. */
@Injectable()
export class LobbyDirectory {
  constructor(
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
  ) {}

  /** In the order they came. */
  async page(query: PlaceQuery): Promise<Page<ListedPeer>> {
    const members = await this.lobby.members();
    const { items, nextCursor } = pageByPlace(members, query, ({ id, data }) => ({ at: data.connectedAt, id }));
    const peers = await Promise.all(
      items.map(async ({ id: sid, data: { name, connectedAt } }) => ({
        sid,
        name,
        connectedAt,
        inCall: await this.rooms.isInCall(sid),
      })),
    );
    return { items: peers, nextCursor };
  }
}
