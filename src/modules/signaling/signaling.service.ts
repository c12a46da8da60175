import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { CallIce } from './calls/call-ice.service.js';
import { CallRooms } from './calls/call-rooms.service.js';
import { Invitations } from './calls/invitations.service.js';
import { Lobby } from './lobby/lobby.service.js';
import { LobbyTokens } from './tokens/lobby-tokens.service.js';
import { type Invited, type PeerSignal, type RelayedName } from './signaling.events.js';
import { newPeer, type Peer, type SignalingConnection } from './signaling-peer.js';

/** Entering and leaving the lobby, and what its peers say to each other. */
@Injectable()
export class Signaling {
  private readonly needsToken: boolean;

  constructor(
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
    private readonly invitations: Invitations,
    private readonly ice: CallIce,
    private readonly tokens: LobbyTokens,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.needsToken = config.calls.signalingAccess === 'token';
  }

  /**
   * Lets a connection into the lobby, silently.
   * @param token the lobby token that the client sent; may be anything
   * @returns `null` when a token is needed and this one is not valid
   */
  async enter(connection: SignalingConnection, token: unknown): Promise<Peer | null> {
    const admission = token === undefined ? undefined : await this.tokens.admit(connection, token);
    if (admission === undefined && this.needsToken) return null;
    if (connection.closed) return null;
    const peer = newPeer(connection, admission ?? null, this.clock.now());
    await this.lobby.enter(peer);
    this.rooms.watch(peer);
    return peer;
  }

  /**
   * Takes the peer out of the lobby. From this call on it hears nothing; then its room and invitations are left, and
   * the others are told. Idempotent.
   */
  async leave(peer: Peer): Promise<void> {
    if (peer.gone) return;
    peer.gone = true;
    this.lobby.silence(peer);
    if (peer.admission) this.tokens.release(peer.connection, peer.admission);
    this.ice.stop(peer);
    // First off the list: anybody who is bringing it into a room then finds it gone.
    const listed = await this.lobby.remove(peer);
    try {
      await this.rooms.leave(peer, 'others');
      await this.invitations.abandonInTheEnd(peer);
    } finally {
      if (listed) this.lobby.announceLeave(peer.sid);
    }
  }

  /** Passes an object on to a peer, unparsed; to nobody when there is none with this sid. */
  relay(peer: Peer, name: RelayedName, receiver: string, text: string): void {
    if (receiver !== peer.sid) this.lobby.send(receiver, { type: 'signaling.relayed', name, text });
  }

  /** Accepts an invitation to the peer. */
  async accept(peer: Peer, invited: Invited): Promise<void> {
    await this.invitations.accept(peer, invited);
    if (await this.rooms.isInCall(peer.sid)) this.ice.seated(peer);
  }

  /** Called when another node, or another peer's message, has changed something for the peer. */
  async hear(peer: Peer, signal: PeerSignal): Promise<void> {
    this.ice.seated(peer);
    await this.rooms.adopt(peer, { key: signal.call, protocol: 'signaling' });
    await this.invitations.answered(peer, signal);
  }
}
