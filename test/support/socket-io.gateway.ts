import { type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SocketIoConnection } from '../../src/gateways/transport/socket-io/socket-io.connection.js';
import {
  eventFrame,
  rawEventFrame,
  type SocketIoFrame,
} from '../../src/gateways/transport/socket-io/socket-io.frame.js';
import { socketIoGateway, type SocketIoGateway } from '../../src/gateways/transport/socket-io/socket-io-gateway.js';
import { type SocketIoMessage } from '../../src/gateways/transport/socket-io/socket-io.message.js';
import { channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';

@Catch()
export class SocketIoFilter implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost): void {
    const [connection, , message] = host.getArgs<[SocketIoConnection, unknown, SocketIoMessage | undefined]>();
    connection.send(eventFrame('error', error.message));
    message?.ack({ ok: false });
  }
}

interface RoomEvent extends HubEvent {
  readonly json: string;
}

const first = {
  encode: (event: HubEvent): SocketIoFrame | null =>
    event.type === 'room' ? rawEventFrame('room', (event as RoomEvent).json) : null,
};
const second = {
  encode: (event: HubEvent): SocketIoFrame | null => (event.type === 'second' ? eventFrame('second') : null),
};
const ROOM = channel('test', 'io');

@WebSocketGateway(socketIoGateway({ protocol: 'signaling', wire: first, strangers: true }))
@UseFilters(SocketIoFilter)
export class FirstGateway implements SocketIoGateway {
  static left: string[] = [];
  static greeted = new Map<string, string | null>();
  static takenIn = new Set<string>();
  /** Those that are connected. */
  static connections = new Map<string, SocketIoConnection>();
  /** Number of events named `count`. */
  static counted = 0;

  constructor(private readonly hub: Hub) {}

  async handleConnection(connection: SocketIoConnection): Promise<void> {
    FirstGateway.greeted.set(connection.id, connection.principal?.id ?? null);
    FirstGateway.connections.set(connection.id, connection);
    await sleep(20);
    await this.hub.subscribe(connection, ROOM);
    FirstGateway.takenIn.add(connection.id);
  }

  handleAdmitted(connection: SocketIoConnection): void {
    this.hub.unsubscribe(connection, ROOM);
    connection.send(eventFrame('admitted', connection.principal?.id, connection.protocol));
  }

  handleDisconnect(connection: SocketIoConnection): void {
    FirstGateway.left.push(connection.id);
    FirstGateway.connections.delete(connection.id);
  }

  handleUnknown(connection: SocketIoConnection, message: SocketIoMessage): void {
    connection.send(eventFrame('unknown', message.event));
  }

  @SubscribeMessage('echo')
  async echo(connection: SocketIoConnection, data: unknown, message: SocketIoMessage): Promise<void> {
    await sleep(typeof data === 'number' ? data : 0);
    connection.send(eventFrame('echoed', data));
    message.ack({ acked: data });
  }

  @SubscribeMessage('publish')
  publish(_connection: SocketIoConnection, _data: unknown, message: SocketIoMessage): void {
    this.hub.publish(ROOM, { type: 'room', json: message.textOf(0)?.toString() ?? 'null' } as RoomEvent);
  }

  @SubscribeMessage('count')
  count(): void {
    FirstGateway.counted++;
  }

  @SubscribeMessage('fail')
  fail(): void {
    throw new Error('failed');
  }
}

@WebSocketGateway(socketIoGateway({ protocol: 'circles', wire: second }))
@UseFilters(SocketIoFilter)
export class SecondGateway {
  constructor(private readonly hub: Hub) {}

  handleConnection(connection: SocketIoConnection): void {
    if (connection.handshake.query['token'] !== undefined) {
      connection.admit({ kind: 'user', id: '2', label: 'b' }, 'circles');
    }
  }

  /** Authenticates with a delay, as if looking something up; `false` means nobody. */
  @SubscribeMessage('authenticate')
  async authenticate(connection: SocketIoConnection, isSomebody: unknown, message: SocketIoMessage): Promise<void> {
    await sleep(20);
    if (isSomebody !== false) connection.admit({ kind: 'user', id: '3', label: 'c' }, 'circles');
    message.ack();
  }

  @SubscribeMessage('second')
  onSecond(connection: SocketIoConnection): void {
    connection.admit({ kind: 'user', id: '1', label: 'a' }, 'circles');
    this.hub.sendTo(connection, { type: 'second' });
  }
}
