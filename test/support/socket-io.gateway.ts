import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type Socket } from 'socket.io';

/** A Socket.IO gateway as Nest's documentation shows it. */
@WebSocketGateway()
export class SocketIoGateway {
  @SubscribeMessage('echo')
  echo(@ConnectedSocket() socket: Socket, @MessageBody() data: unknown): unknown {
    socket.emit('echoed', data);
    return { acked: data };
  }
}
