import { UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type RoleChanged } from '../../modules/auth/logins/login-channel.js';
import { type FeedWish } from '../../modules/console/console.events.js';
import { ConsoleSubscriptions } from '../../modules/console/subscriptions.service.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { bearerToken } from '../transport/handshake/bearer-token.js';
import { PlainConnection } from '../transport/plain/plain.connection.js';
import { plainGateway, type PlainGateway, type UpgradeRequest } from '../transport/plain/plain-gateway.js';
import { ConsoleFilter } from './console.filter.js';
import { consoleWire } from './console.wire.js';

/** The live feed of consoles, on `/ws/console/`, admitted by ticket. */
@WebSocketGateway(plainGateway({ protocol: 'console', path: '/ws/console', wire: consoleWire }))
@UseFilters(ConsoleFilter)
export class ConsoleGateway implements PlainGateway {
  constructor(private readonly subscriptions: ConsoleSubscriptions) {}

  handleUpgrade(connection: PlainConnection, { headers }: UpgradeRequest): Promise<void> {
    return this.subscriptions.admit(connection, bearerToken(headers));
  }

  handleConnection(): void {
    // The console speaks first.
  }

  @SubscribeMessage('subscribe')
  onSubscribe(connection: PlainConnection, wish: FeedWish): Promise<void> {
    return this.subscriptions.subscribe(connection, wish);
  }

  @SubscribeMessage('unsubscribe')
  onUnsubscribe(connection: PlainConnection, id: string): void {
    this.subscriptions.unsubscribe(connection, id);
  }

  handleDisconnect(connection: PlainConnection): void {
    this.subscriptions.leave(connection);
  }

  handleSignal(connection: PlainConnection, event: HubEvent): void {
    if (event.type === 'auth.role-changed') this.subscriptions.roleChanged(connection, (event as RoleChanged).role);
  }
}
