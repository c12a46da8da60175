import { Injectable, Logger } from '@nestjs/common';
import { randomHex } from '../../../common/security/random.js';
import { isUnavailable } from '../../../common/errors/app-error.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { PushShares } from '../../realtime/access/push-shares.js';
import { Hub, type PublishOptions } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import { Presence, type PresenceMember } from '../../realtime/ports/presence.js';
import { LobbyList } from './lobby-list.js';
import { type LobbyPeer } from '../signaling-state.js';
import { isSid, keys, LOBBY, LOBBY_PEERS, peerChannel } from '../signaling.channels.js';
import { type PeerSignal, type SignalingEvent } from '../signaling.events.js';
import { type Peer, senderOf } from '../signaling-peer.js';

/** How long the lobby's state is kept; without it, each request makes its own list. */
const STATE_KEPT = { ttlMs: 3_600_000 } as const;
/**
 * Maximum age of a list in milliseconds: changes made while the shared state was unreachable did not change the lobby's
 * state.
 */
const LIST_AGE = 2_000;

/** The list, valid as long as the lobby's state is the one it was made in. */
interface MadeList {
  readonly state: string;
  readonly madeAt: number;
  readonly text: Promise<LobbyList>;
}

/** The peers that can be invited. */
@Injectable()
export class Lobby {
  private readonly logger = new Logger(Lobby.name);
  private list: MadeList | undefined;

  constructor(
    private readonly presence: Presence,
    private readonly store: EphemeralStore,
    private readonly hub: Hub,
    private readonly clock: MonotonicClock,
    private readonly shares: PushShares,
  ) {}

  /** Nobody is told, but those who ask find the peer. */
  async enter(peer: Peer): Promise<void> {
    await this.hub.subscribe(peer.connection, LOBBY);
    await this.hub.subscribe(peer.connection, peerChannel(peer.sid));
    this.hub.keep(LOBBY, this.picture);
    await this.presence.enter(LOBBY_PEERS, shown(peer));
    await this.changed();
    const event: SignalingEvent = { type: 'signaling.entered', sid: peer.sid };
    this.hub.announce(LOBBY, event, { silent: true });
  }

  /** Stops all events of the lobby to the peer. */
  silence({ connection, sid }: Peer): void {
    this.hub.unsubscribe(connection, LOBBY);
    this.hub.unsubscribe(connection, peerChannel(sid));
  }

  /** Takes the peer off the list. @returns whether it was on it, so that its leave must be announced */
  async remove({ sid }: Peer): Promise<boolean> {
    const was = await this.presence.leave(LOBBY_PEERS, sid);
    await this.changed();
    return was !== undefined;
  }

  announceLeave(sid: string): void {
    this.announce({ type: 'signaling.gone', sid });
  }

  /** Sets the peer's name, and tells the others each time. */
  async rename(peer: Peer, name: string): Promise<void> {
    peer.name = name;
    if (!(await this.presence.update(LOBBY_PEERS, shown(peer)))) return;
    await this.changed();
    this.announce({ type: 'signaling.named', sid: peer.sid, name }, { except: peer.connection.id });
  }

  /** Tells a peer who else is there. */
  async tell(peer: Peer): Promise<void> {
    const list = await this.current().catch((error: unknown) => this.fromMemory(error));
    if (peer.gone) return;
    const event: SignalingEvent = { type: 'signaling.peers', text: list.without(peer.sid) };
    this.hub.sendTo(peer.connection, event);
  }

  /** The peer with this sid, which may be any text. */
  async find(sid: string): Promise<LobbyPeer | undefined> {
    if (!isSid(sid)) return undefined;
    return (await this.presence.get(LOBBY_PEERS, sid))?.data;
  }

  members(): Promise<PresenceMember<LobbyPeer>[]> {
    return this.presence.list(LOBBY_PEERS);
  }

  /** Sends to one peer, on whichever node; to nobody when `sid` is not a peer's. */
  send(sid: string, event: SignalingEvent): void {
    if (isSid(sid)) this.hub.publish(peerChannel(sid), event);
  }

  /** Like `send`, but the event may be dropped if the receiver already gets too much. */
  async push(sender: Peer, sid: string, event: SignalingEvent): Promise<void> {
    await this.shares.take(senderOf(sender), sid, 0);
    if (isSid(sid)) this.hub.push(peerChannel(sid), event);
  }

  /** Like `send`, for changes in the peer's room. */
  announceTo(sid: string, event: SignalingEvent): void {
    this.hub.announce(peerChannel(sid), event);
  }

  /** Has a peer of this node told later of such changes that the broker did not deliver. */
  keep<T>(sid: string, subject: PictureSubject<T, SignalingEvent | PeerSignal>): void {
    this.hub.keep(peerChannel(sid), subject);
  }

  /** Sends to a peer of this node. */
  sendHere(sid: string, event: SignalingEvent): void {
    this.hub.publishHere(peerChannel(sid), event);
  }

  /** Marks the list of peers as changed for all who ask from now on, on whichever node. */
  async changed(): Promise<void> {
    try {
      await this.store.swap(keys.lobbyState, randomHex(18), STATE_KEPT);
    } catch (error) {
      this.logger.debug({ msg: 'lobby lists may be outdated for a while', reason: (error as Error).message });
    }
  }

  /** The list, made once per change, however many ask; never older than the question. */
  private async current(): Promise<LobbyList> {
    const state = await this.store.get(keys.lobbyState);
    if (state === undefined) return this.make();
    const now = this.clock.elapsed();
    if (this.list?.state === state && now - this.list.madeAt < LIST_AGE) return this.list.text;
    const made: MadeList = { state, madeAt: now, text: this.make() };
    made.text.catch(() => {
      if (this.list === made) this.list = undefined;
    });
    this.list = made;
    return made.text;
  }

  private async make(): Promise<LobbyList> {
    return new LobbyList(await this.members());
  }

  /** While the shared state is unreachable: the peers that this node's peers were told of. @throws any other error */
  private fromMemory(error: unknown): LobbyList {
    const told = this.hub.told<string>(LOBBY);
    if (told === undefined || !isUnavailable(error)) throw error;
    return new LobbyList([...told].map(([id, name]) => ({ id, data: { name } })));
  }

  private announce(event: SignalingEvent, options?: PublishOptions): void {
    this.hub.announce(LOBBY, event, options);
  }

  /** The names of all peers, by sid. */
  private readonly picture: PictureSubject<string, SignalingEvent> = {
    read: async () => (await this.members()).map(({ id, data: { name } }) => [id, name]),
    changes: (event) => {
      if (event.type === 'signaling.gone') return [[event.sid, undefined]];
      if (event.type === 'signaling.entered') return [[event.sid, '']];
      return event.type === 'signaling.named' ? [[event.sid, event.name]] : [];
    },
    tell: (missed) => {
      for (const { id: sid, now: name } of missed) {
        const event: SignalingEvent | null =
          name === undefined
            ? { type: 'signaling.gone', sid }
            : name === ''
              ? null
              : { type: 'signaling.named', sid, name };
        if (event !== null) this.hub.publishHere(LOBBY, event);
      }
    },
  };
}

function shown({ sid, name, userId, connectedAt }: Peer): PresenceMember<LobbyPeer> {
  return { id: sid, data: { name, userId, connectedAt } };
}
