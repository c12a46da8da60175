import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { ticketKind } from '../../modules/auth/tickets/ticket.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { CallIce } from '../../modules/signaling/calls/call-ice.service.js';
import { CallRooms } from '../../modules/signaling/calls/call-rooms.service.js';
import { Invitations } from '../../modules/signaling/calls/invitations.service.js';
import { Lobby } from '../../modules/signaling/lobby/lobby.service.js';
import { type PeerSignal, type RelayedName, type ToggledName } from '../../modules/signaling/signaling.events.js';
import { type Peer } from '../../modules/signaling/signaling-peer.js';
import { Signaling } from '../../modules/signaling/signaling.service.js';
import { SocketIoConnection } from '../transport/socket-io/socket-io.connection.js';
import { socketIoGateway, type SocketIoGateway } from '../transport/socket-io/socket-io-gateway.js';
import { SocketIoMessage } from '../transport/socket-io/socket-io.message.js';
import { SignalingFilter } from './signaling.filter.js';
import { chatOf, invitedOf, nameOf, receiverOf, relayedOf } from './signaling.messages.js';
import { signalingWire } from './signaling.wire.js';

/** Attribute that holds a connection's peer; `null` = it has no lobby token and has not been told so yet. */
const PEER = Symbol('signaling peer');

const ANSWERED: PeerSignal['type'] = 'signaling.answered';

type Outcome = void | Promise<void>;

/** The lobby and its calls, on namespace `/`. Every socket that no other protocol has admitted is in the lobby. */
@WebSocketGateway(socketIoGateway({ protocol: 'signaling', wire: signalingWire, strangers: true }))
@UseFilters(SignalingFilter)
export class SignalingGateway implements SocketIoGateway {
  constructor(
    private readonly hub: Hub,
    private readonly signaling: Signaling,
    private readonly lobby: Lobby,
    private readonly rooms: CallRooms,
    private readonly invitations: Invitations,
    private readonly ice: CallIce,
  ) {}

  async handleConnection(connection: SocketIoConnection): Promise<void> {
    if (connection.protocol !== 'signaling') return;
    const { auth, query } = connection.handshake;
    try {
      const ticket = ticketKind(auth['ticket']) === 'lobby' ? auth['ticket'] : undefined;
      const peer = await this.signaling.enter(connection, ticket ?? auth['lobby'] ?? query['lobby']);
      connection.attributes.set(PEER, peer);
      if (peer === null) connection.expectAdmission();
      else connection.known();
    } catch (error) {
      // Its token could not be checked; the client comes back and tries again.
      connection.close(DISCONNECT.tryLater);
      throw error;
    }
  }

  /** For the lobby, authenticating as an account of circles is a disconnect. */
  async handleAdmitted(connection: SocketIoConnection): Promise<void> {
    if (connection.protocol !== 'signaling') await this.leave(connection);
  }

  async handleDisconnect(connection: SocketIoConnection): Promise<void> {
    await this.leave(connection);
  }

  async handleSignal(connection: SocketIoConnection, event: HubEvent): Promise<void> {
    const peer = event.type === ANSWERED ? peerOf(connection) : undefined;
    if (peer) await this.signaling.hear(peer, event as PeerSignal);
  }

  @SubscribeMessage('offer')
  onOffer(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    this.relay(connection, 'offer', message);
  }

  @SubscribeMessage('answer')
  onAnswer(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    this.relay(connection, 'answer', message);
  }

  @SubscribeMessage('candidate')
  onCandidate(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    this.relay(connection, 'candidate', message);
  }

  @SubscribeMessage('name')
  onName(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => {
      const name = nameOf(message);
      return name === undefined ? undefined : this.lobby.rename(peer, name);
    });
  }

  @SubscribeMessage('connections')
  onConnections(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => this.lobby.tell(peer));
  }

  @SubscribeMessage('send-invitation')
  onSendInvitation(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => {
      const receiver = receiverOf(message);
      return receiver === undefined ? undefined : this.invitations.send(peer, receiver);
    });
  }

  @SubscribeMessage('accept-invitation')
  onAcceptInvitation(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => {
      const invited = invitedOf(message);
      return invited && this.signaling.accept(peer, invited);
    });
  }

  @SubscribeMessage('decline-invitation')
  onDeclineInvitation(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => {
      const invited = invitedOf(message);
      return invited && this.invitations.decline(peer, invited);
    });
  }

  @SubscribeMessage('chat')
  onChat(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => {
      const text = chatOf(message);
      if (message.hasAttachments) this.hub.sendTo(connection, unreadable);
      if (text === undefined) return;
      return this.rooms.tellRoom(peer, { type: 'signaling.chatted', text }, 'others');
    });
  }

  @SubscribeMessage('toggle-mic')
  onToggleMic(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.toggle(connection, message, 'toggle-mic');
  }

  @SubscribeMessage('toggle-video')
  onToggleVideo(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.toggle(connection, message, 'toggle-video');
  }

  @SubscribeMessage('leave-room')
  onLeaveRoom(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => this.rooms.leave(peer, 'all'));
  }

  @SubscribeMessage('leave-all-rooms')
  onLeaveAllRooms(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => this.rooms.leave(peer, 'none'));
  }

  @SubscribeMessage('ice-servers')
  onIceServers(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): Promise<void> {
    return this.handle(connection, message, (peer) => {
      this.ice.give(peer);
    });
  }

  private toggle(connection: SocketIoConnection, message: SocketIoMessage, name: ToggledName): Promise<void> {
    return this.handle(connection, message, (peer) => this.rooms.toggle(peer, name));
  }

  /** The path of every offer, answer and candidate; nothing is awaited. */
  private relay(connection: SocketIoConnection, name: RelayedName, message: SocketIoMessage): void {
    const peer = peerOf(connection);
    if (peer) {
      const object = relayedOf(message, peer.sid);
      if (message.hasAttachments) this.hub.sendTo(connection, unreadable);
      if (object) this.signaling.relay(peer, name, object.receiver, object.text);
    } else {
      this.refuse(connection);
    }
    message.ack();
  }

  private async handle(
    connection: SocketIoConnection,
    message: SocketIoMessage,
    action: (peer: Peer) => Outcome,
  ): Promise<void> {
    const peer = peerOf(connection);
    if (peer) await action(peer);
    else this.refuse(connection);
    message.ack();
  }

  /** Tells a client without a lobby token that it needs one, once. */
  private refuse(connection: SocketIoConnection): void {
    if (connection.attributes.get(PEER) !== null) return;
    connection.attributes.delete(PEER);
    this.hub.sendTo(connection, refused);
  }

  private async leave(connection: SocketIoConnection): Promise<void> {
    const peer = peerOf(connection);
    connection.attributes.delete(PEER);
    if (peer) await this.signaling.leave(peer);
  }
}

const refused = { type: 'signaling.refused', message: 'A lobby token is needed here.' } as const;

const unreadable = {
  type: 'signaling.refused',
  message: 'Binary members are not passed on; send them as text.',
} as const;

const peerOf = (connection: SocketIoConnection): Peer | null | undefined =>
  connection.attributes.get(PEER) as Peer | null | undefined;
