// A Nest gateway on the stock WsAdapter, as in its documentation (decorators as calls, since nothing compiles this):
// node nest.mjs PORT. The room is in the query; with x=1 everybody except the sender gets a message.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

class RelayGateway {
  rooms = new Map();

  handleConnection(client, request) {
    const query = new URL(request.url, 'http://local').searchParams;
    client.room = query.get('room');
    client.excluded = query.get('x') === '1';
    if (!this.rooms.has(client.room)) this.rooms.set(client.room, new Set());
    this.rooms.get(client.room).add(client);
  }

  handleDisconnect(client) {
    this.rooms.get(client.room)?.delete(client);
  }

  onMessage(client, data) {
    for (const member of this.rooms.get(client.room) ?? []) {
      if ((member === client && client.excluded) || member.readyState !== 1) continue;
      member.send(JSON.stringify({ event: 'message', data }));
    }
  }
}
const { prototype } = RelayGateway;
ConnectedSocket()(prototype, 'onMessage', 0);
MessageBody()(prototype, 'onMessage', 1);
SubscribeMessage('message')(prototype, 'onMessage', Object.getOwnPropertyDescriptor(prototype, 'onMessage'));
WebSocketGateway({ path: '/ws' })(RelayGateway);

class AppModule {}
Module({ providers: [RelayGateway] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error'] });
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(Number(process.argv[2]), '127.0.0.1');
