import { type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { IsInt } from 'class-validator';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src/common/errors/app-error.js';
import { type PlainConnection } from '../../src/gateways/transport/plain/plain.connection.js';
import {
  plainGateway,
  type PlainGateway,
  type UpgradeRequest,
} from '../../src/gateways/transport/plain/plain-gateway.js';
import { joinFrames, jsonFrame, type PlainFrame } from '../../src/gateways/transport/flow/text-frame.js';
import { type WireCodec, type WireMessage } from '../../src/gateways/transport/dispatch/wire-codec.js';
import { type Channel, channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';

interface EchoEvent extends HubEvent {
  readonly body: unknown;
}

/** `{"event": …, …}` in, any JSON out. */
const wire: WireCodec = {
  decode(data: Buffer): WireMessage {
    let body: unknown;
    try {
      body = JSON.parse(data.toString());
    } catch {
      throw new AppError('malformed_body', 'not JSON');
    }
    return { event: String((body as { event?: unknown }).event), data: body };
  },
  encode: (event: HubEvent): PlainFrame => jsonFrame((event as EchoEvent).body),
  join: joinFrames,
};

@Catch()
export class EchoFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const connection = host.switchToWs().getClient<PlainConnection>();
    connection.send(jsonFrame({ error: error instanceof AppError ? error.code : 'unknown' }));
  }
}

class WaitMessage {
  @IsInt()
  ms!: number;
  @IsInt()
  n!: number;
  event!: string;
}

const ALL: Channel = channel('test', 'all');
/** What the gateways of a test did, in order. */
export const journal: string[] = [];

class EchoBase implements PlainGateway {
  constructor(protected readonly hub: Hub) {}

  handleConnection(connection: PlainConnection): void | Promise<void> {
    connection.send(jsonFrame({ hello: true }));
  }

  handleDisconnect(connection: PlainConnection): void {
    journal.push(`left ${connection.principal?.id ?? '-'}`);
  }
}

/** Admits by the first message, with a delay. */
@WebSocketGateway(plainGateway({ protocol: 'services', path: '/echo', wire }))
@UseFilters(EchoFilter)
export class EchoGateway extends EchoBase {
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- carries the parameter types for injection
  constructor(hub: Hub) {
    super(hub);
  }

  override async handleConnection(connection: PlainConnection): Promise<void> {
    await sleep(50);
    connection.send(jsonFrame({ hello: true }));
  }

  @SubscribeMessage('login')
  async login(connection: PlainConnection, data: { id: string }): Promise<void> {
    await sleep(50);
    connection.admit({ kind: 'user', id: data.id, label: data.id });
    await this.hub.subscribe(connection, ALL);
    connection.send(jsonFrame({ in: data.id }));
  }

  @SubscribeMessage('wait')
  async wait(connection: PlainConnection, data: WaitMessage): Promise<void> {
    await sleep(data.ms);
    connection.send(jsonFrame({ n: data.n }));
  }

  @SubscribeMessage('all')
  all(connection: PlainConnection, data: { n: number; p?: string }): void {
    this.hub.publish(ALL, { type: 'x', body: { n: data.n, p: data.p } } as EchoEvent, { except: connection.id });
  }

  @SubscribeMessage('whoami')
  whoami(connection: PlainConnection): void {
    connection.send(jsonFrame({ who: connection.principal?.id ?? null }));
  }

  @SubscribeMessage('fail')
  fail(): void {
    throw new Error('secret detail');
  }
}

/** Admits at the handshake; `code` determines how. */
@WebSocketGateway(plainGateway({ protocol: 'rooms', path: '/room/:code', wire }))
@UseFilters(EchoFilter)
export class RoomGateway extends EchoBase {
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- carries the parameter types for injection
  constructor(hub: Hub) {
    super(hub);
  }

  async handleUpgrade(connection: PlainConnection, request: UpgradeRequest): Promise<void> {
    const code = request.params['code'] ?? '';
    await sleep(code === 'slow' ? 1_500 : 20);
    if (code === 'forbidden') throw new AppError('forbidden', 'no');
    if (code === 'unknown') throw new AppError('not_found', 'no');
    if (code === 'bug') throw new Error('a bug');
    connection.admit({ kind: 'endpoint', id: code, label: code });
    await this.hub.subscribe(connection, channel('room', code));
    // Published before the 101 is sent, but must arrive nevertheless.
    this.hub.publish(channel('room', code), { type: 'x', body: { joined: code } } as EchoEvent);
  }

  @SubscribeMessage('all')
  all(connection: PlainConnection, data: { n: number; p?: string }): void {
    this.hub.publish(channel('room', connection.principal?.id ?? ''), {
      type: 'x',
      body: data,
    } as unknown as EchoEvent);
  }
}
