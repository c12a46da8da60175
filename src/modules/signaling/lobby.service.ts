import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Connection, type HubEvent } from '../realtime/connection.js';
import { Hub } from '../realtime/hub.js';
import { Presence, type PresenceMember } from '../realtime/presence.js';
import { type LobbyPeer, LobbyList } from './lobby-list.js';
import { isSid, LOBBY, LOBBY_CHANGES, peerChannel } from './signaling.channels.js';
import { type LobbyChanged, type SignalingEvent } from './signaling.events.js';
import { type Peer } from './signaling-peer.js';

const CHANGED: LobbyChanged = { type: 'signaling.lobby-changed' };

/** Who can be invited. */
@Injectable()
export class Lobby implements OnModuleInit {
  /** Counts the changes this node has heard of. */
  private version = 0;
  private list: { readonly version: number; readonly text: Promise<LobbyList> } | undefined;

  constructor(
    private readonly presence: Presence,
    private readonly hub: Hub,
  ) {}

  onModuleInit(): void {
    void this.hub.subscribe(
      listener(() => {
        this.version++;
      }),
      LOBBY_CHANGES,
    );
  }

  /** Nobody hears of it, but whoever asks finds the peer. */
  async enter(peer: Peer): Promise<void> {
    await this.hub.subscribe(peer.connection, LOBBY);
    await this.hub.subscribe(peer.connection, peerChannel(peer.sid));
    await this.presence.enter(LOBBY, shown(peer));
    this.changed();
  }

  /** From now on no event of the lobby reaches the peer. */
  silence({ connection, sid }: Peer): void {
    this.hub.unsubscribe(connection, LOBBY);
    this.hub.unsubscribe(connection, peerChannel(sid));
  }

  /** Takes the peer off the list. @returns whether it was there, so that somebody has to hear of it */
  async remove({ sid }: Peer): Promise<boolean> {
    const was = await this.presence.leave(LOBBY, sid);
    this.changed();
    return was !== undefined;
  }

  announceLeave(sid: string): void {
    const event: SignalingEvent = { type: 'signaling.gone', sid };
    this.hub.publish(LOBBY, event);
  }

  /** The others hear the name, each time it is set. */
  async rename(peer: Peer, name: string): Promise<void> {
    peer.name = name;
    if (!(await this.presence.update(LOBBY, shown(peer)))) return;
    this.changed();
    const event: SignalingEvent = { type: 'signaling.named', sid: peer.sid, name };
    this.hub.publish(LOBBY, event, { except: peer.connection.id });
  }

  /** Tells a peer who else is there. */
  async tell(peer: Peer): Promise<void> {
    const list = await this.current();
    if (peer.gone) return;
    const event: SignalingEvent = { type: 'signaling.peers', text: list.without(peer.sid) };
    this.hub.sendTo(peer.connection, event);
  }

  /** The peer with this sid, whatever text that is. */
  async find(sid: string): Promise<LobbyPeer | undefined> {
    if (!isSid(sid)) return undefined;
    return (await this.presence.get<LobbyPeer>(LOBBY, sid))?.data;
  }

  members(): Promise<PresenceMember<LobbyPeer>[]> {
    return this.presence.list<LobbyPeer>(LOBBY);
  }

  /** Sends to one peer, wherever it is; to nobody when `sid` is no peer's. */
  send(sid: string, event: SignalingEvent): void {
    if (isSid(sid)) this.hub.publish(peerChannel(sid), event);
  }

  private changed(): void {
    this.hub.signal(LOBBY_CHANGES, CHANGED);
  }

  /** Made once for each change, however many ask; never older than what this node knew when it was asked. */
  private current(): Promise<LobbyList> {
    if (this.list?.version !== this.version) {
      const text = this.presence.list<LobbyPeer>(LOBBY).then((members) => new LobbyList(members));
      const made = { version: this.version, text };
      text.catch(() => {
        if (this.list === made) this.list = undefined;
      });
      this.list = made;
    }
    return this.list.text;
  }
}

function shown({ sid, name, userId, connectedAt }: Peer): PresenceMember<LobbyPeer> {
  return { id: sid, data: { name, userId, connectedAt } };
}

/** A node's own ear on a channel of signals. */
function listener(hear: (event: HubEvent) => void): Connection {
  return {
    id: 'signaling:node',
    protocol: 'signaling',
    encoder: { encode: () => null },
    principal: null,
    subscriptions: null,
    closed: false,
    send: () => undefined,
    close: () => undefined,
    signal: hear,
  };
}
