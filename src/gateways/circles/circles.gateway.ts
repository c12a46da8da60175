import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AppError } from '../../common/errors/app-error.js';
import { ticketKind } from '../../modules/auth/tickets/ticket.js';
import { type EvictedSignal, type ExpelledSignal, succeeded } from '../../modules/circles/circles.events.js';
import { CallSignals } from '../../modules/circles/live/call-signals.service.js';
import { LiveAdmission } from '../../modules/circles/live/live-admission.service.js';
import { LiveMessages } from '../../modules/circles/live/live-messages.service.js';
import { LiveRooms } from '../../modules/circles/live/live-rooms.service.js';
import { demandState, stateOf } from '../../modules/circles/live/socket-state.js';
import { Typing } from '../../modules/circles/live/typing.service.js';
import { type Draft } from '../../modules/circles/messages/messages.service.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { type SocketIoConnection } from '../transport/socket-io/socket-io.connection.js';
import { socketIoGateway, type SocketIoGateway } from '../transport/socket-io/socket-io-gateway.js';
import { type SocketIoMessage } from '../transport/socket-io/socket-io.message.js';
import { CirclesFilter } from './circles.filter.js';
import { afterOf, draftOf, idOf, memberOf, signalOf, targetOf, writingOf } from './circles.messages.js';
import { circlesWire } from './circles.wire.js';

/** Circles on namespace `/`: accounts and devices, their conversations and calls. */
@WebSocketGateway(socketIoGateway({ protocol: 'circles', wire: circlesWire }))
@UseFilters(CirclesFilter)
export class CirclesGateway implements SocketIoGateway {
  constructor(
    private readonly hub: Hub,
    private readonly admission: LiveAdmission,
    private readonly rooms: LiveRooms,
    private readonly messages: LiveMessages,
    private readonly typing: Typing,
    private readonly calls: CallSignals,
    private readonly filter: CirclesFilter,
  ) {}

  async handleConnection(connection: SocketIoConnection): Promise<void> {
    const { token, ticket } = connection.handshake.auth;
    // Lobby tickets are left to the lobby.
    if (ticket !== undefined && ticket !== null && ticketKind(ticket) !== 'lobby')
      await this.admission.redeem(connection, ticket);
    else if (token !== undefined && token !== null) await this.admission.authenticate(connection, token);
    else return;
    this.hub.sendTo(connection, succeeded('User authenticated'));
  }

  handleDisconnect(connection: SocketIoConnection): Promise<void> {
    return this.admission.leave(connection);
  }

  handleSignal(connection: SocketIoConnection, event: HubEvent): void {
    if (event.type === 'circles.evicted') this.rooms.evict(connection, event as EvictedSignal);
    else if (event.type === 'circles.expelled') this.rooms.expel(connection, event as ExpelledSignal);
  }

  @SubscribeMessage('authenticate')
  async onAuthenticate(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): Promise<void> {
    await this.admission.authenticate(connection, memberOf(data, 'token'));
    this.succeed(connection, message, 'User authenticated');
  }

  @SubscribeMessage('join_conversation')
  onJoinConversation(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, () => {
      const id = idOf(data, 'conversation_id', 'Parameter missing');
      return this.rooms.joinConversation(connection, id, afterOf(data), () => {
        this.succeed(connection, message, `Vous avez rejoins la conversation : conversation_${id}`);
      });
    });
  }

  @SubscribeMessage('leave_conversation')
  onLeaveConversation(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, () => {
      const id = idOf(data, 'conversation_id', 'Parameter conversation_id missing');
      const left = this.rooms.leaveConversation(connection, id);
      const succeed = () => {
        this.succeed(connection, message, 'Vous avez quitte la conversation');
      };
      if (left !== undefined) return left.then(succeed);
      succeed();
      return undefined;
    });
  }

  @SubscribeMessage('join_circle')
  onJoinCircle(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    if (stateOf(connection) === undefined)
      throw new AppError('unauthenticated', 'Socket user introuvable, vous devez vous authentifier');
    return this.inTurn(connection, () => {
      const id = idOf(data, 'circle_id', 'Parameter missing');
      return this.rooms.joinCircle(connection, id, () => {
        this.succeed(connection, message, `Vous avez rejoins le cercle : circle_${id}`);
      });
    });
  }

  @SubscribeMessage('leave_circle')
  onLeaveCircle(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, () => {
      this.rooms.leaveCircle(connection, idOf(data, 'circle_id', 'Parameter circle_id missing'));
      this.succeed(connection, message, 'Vous avez quitte le cercle');
    });
  }

  /** The next `message` need not wait until this one is stored; all other events do. */
  @SubscribeMessage('message')
  onMessage(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    let id: number;
    let draft: Draft;
    try {
      demandState(connection);
      id = idOf(data, 'conversation_id', 'Param conversation_id introuvable');
      draft = draftOf(data);
    } catch (error) {
      return this.inTurn(connection, () => {
        throw error;
      });
    }
    return this.messages.send(connection, id, draft, {
      succeed: (messageId) => {
        const { clientMessageId } = draft;
        const echo = clientMessageId === null ? {} : { client_message_id: clientMessageId };
        message.ack({ ok: true, received: true, message_id: messageId, ...echo });
      },
      fail: (error) => {
        this.filter.report(error, connection, message);
      },
    });
  }

  @SubscribeMessage('writing')
  onWriting(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, () => {
      const id = idOf(data, 'conversation_id', 'Parameter missing');
      const told = this.typing.write(connection, id, writingOf(data, message));
      const succeed = () => {
        this.succeed(connection, message, 'Notification envoyee');
      };
      if (told !== undefined) return told.then(succeed);
      succeed();
      return undefined;
    });
  }

  @SubscribeMessage('read')
  onRead(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, () => {
      const id = idOf(data, 'conversation_id', 'Parameter missing');
      const messageId = idOf(data, 'message_id', 'Parameter missing');
      return this.messages.markRead(connection, id, messageId, (read) => {
        this.hub.sendTo(connection, succeeded(`Message lu : ${read}`));
        message.ack({ ok: true, message_id: read });
      });
    });
  }

  @SubscribeMessage('webrtc_stun_info')
  onStunInfo(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    message.ack({ ok: true, config: this.calls.tellStunHosts(connection) });
  }

  @SubscribeMessage('webrtc_turn_info')
  onTurnInfo(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    message.ack({ ok: true, config: this.calls.tellTurnHosts(connection) });
  }

  @SubscribeMessage('webrtc_credentials')
  onCredentials(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, () => {
      message.ack({ ok: true, config: this.calls.tellCredentials(connection) });
    });
  }

  @SubscribeMessage('webrtc_forward')
  onForward(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): void | Promise<void> {
    return this.inTurn(connection, async () => {
      const content = signalOf(data, message);
      await this.calls.forward(connection, targetOf(data), content);
      this.succeed(connection, message, 'Message forwarded');
    });
  }

  /** Names that the original's clients know; nothing has ever happened behind them. */
  @SubscribeMessage('webrtc_join_room')
  onJoinRoom(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    demandState(connection);
    message.ack({ ok: true });
  }

  @SubscribeMessage('webrtc_leave_room')
  onLeaveRoom(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    demandState(connection);
    message.ack({ ok: true });
  }

  @SubscribeMessage('webrtc_room_forward')
  onRoomForward(connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    demandState(connection);
    message.ack({ ok: true });
  }

  /** Waits for this socket's pending messages, so that its events are answered in order. */
  private inTurn(connection: SocketIoConnection, handle: () => void | Promise<void>): void | Promise<void> {
    const settled = this.messages.settled(connection);
    return settled === undefined ? handle() : settled.then(handle);
  }

  private succeed(connection: SocketIoConnection, message: SocketIoMessage, text: string): void {
    this.hub.sendTo(connection, succeeded(text));
    message.ack({ ok: true, message: text });
  }
}
