import { type INestApplication, type WsMessageHandler } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { GATEWAY_OPTIONS } from '@nestjs/websockets/internal';
import { type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type Observable } from 'rxjs';
import { corsDelegate } from '../../common/http/policy/cors.js';
import { type RequestPolicy } from '../../common/http/policy/request-policy.js';
import { type Server as SocketIoServer, type ServerOptions } from 'socket.io';
import { EngineWebSocketServer } from './socket-io/engine-socket.js';
import { GatewayDispatch } from './plain/gateway-dispatch.js';
import { type FilterResolver } from './dispatch/gateway-table.js';
import { PLAIN_GATEWAY, type PlainGateway } from './plain/plain-gateway.js';
import { type PlainGatewayOptions } from './plain/plain-options.js';
import { RequestTurns } from './handshake/request-turns.js';
import { shareSessions } from './siblings/share-sessions.js';
import { type Siblings } from './siblings/siblings.js';
import { guardEngine } from './socket-io/engine-guard.js';
import { PollingAllowance } from './socket-io/polling-allowance.js';
import { SOCKET_IO_GATEWAY, type SocketIoGatewayOptions } from './socket-io/socket-io-gateway.js';
import { textKeepingParser } from './socket-io/socket-io.parser.js';
import { TransportService } from './transport.service.js';
import { UpgradeRouter } from './handshake/upgrade-router.js';

/**
 * What `create` hands to Nest for a gateway of ours. Nest only passes it back: connections and messages reach our
 * gateways through their tables, which await admission and keep the order; Nest would not.
 */
class OwnServer {
  constructor(readonly name: string) {}
}

type GatewayOptions = Partial<ServerOptions> & {
  [PLAIN_GATEWAY]?: PlainGatewayOptions;
  [SOCKET_IO_GATEWAY]?: SocketIoGatewayOptions;
  server?: SocketIoServer;
  namespace?: string;
};

const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const IO_PATH = '/socket.io/';

/**
 * Nest's one WebSocket adapter: plain gateways go to our transport, the others to Nest's Socket.IO adapter, both on the
 * HTTP server of the application. It is Nest's `WsAdapter` with other answers to four questions: paths (with parameters,
 * matched by the UpgradeRouter, which owns the `upgrade` event), order (one message of a connection at a time), admission
 * (before the 101), and close (a code and a reason instead of a cut).
 */
export class TransportAdapter extends WsAdapter {
  private readonly transport: TransportService;
  private readonly modules: ModulesContainer;
  private readonly io: IoAdapter;
  private readonly router: UpgradeRouter;
  private readonly turns = new RequestTurns();
  private listening = false;
  private engine: SocketIoServer | undefined;
  private readonly filters: FilterResolver = (filter) => this.app.get(filter, { strict: false });

  constructor(
    private readonly app: INestApplication,
    private readonly policy: RequestPolicy,
    private readonly ioOptions: { readonly maxHttpBufferSize: number },
    private readonly siblings?: Siblings,
  ) {
    super(app);
    this.transport = app.get(TransportService);
    this.modules = app.get(ModulesContainer);
    this.io = new IoAdapter(app);
    this.router = new UpgradeRouter(this.transport, policy, this.turns);
  }

  override create(port: number, options: GatewayOptions = {}): unknown {
    this.listen();
    const { [PLAIN_GATEWAY]: plain, [SOCKET_IO_GATEWAY]: socketIo } = options;
    if (plain !== undefined) {
      const gateway = this.find(PLAIN_GATEWAY, plain) as PlainGateway;
      this.transport.register(plain, new GatewayDispatch(gateway, plain.wire, this.filters));
      return new OwnServer(plain.path);
    }
    if (socketIo === undefined) return this.createIo(port, options);
    return this.createShared(port);
  }

  override bindClientConnect(server: unknown, callback: (...args: unknown[]) => void): void {
    if (server instanceof OwnServer) return;
    this.io.bindClientConnect(server, callback);
  }

  override bindClientDisconnect(client: unknown, callback: (...args: unknown[]) => void): void {
    this.io.bindClientDisconnect(client as never, callback);
  }

  override bindMessageHandlers(
    client: unknown,
    handlers: WsMessageHandler[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    this.io.bindMessageHandlers(client as never, handlers as never, transform as never);
  }

  override async close(server: unknown): Promise<void> {
    if (!(server instanceof OwnServer)) await this.io.close(server as never);
    else if (server.name === IO_PATH) await this.engine?.close();
  }

  override async dispose(): Promise<void> {
    this.router.stop(this.httpServerOfApp());
    this.siblings?.close();
    await super.dispose();
  }

  /** Nest asks once per path; all our Socket.IO gateways share the path and the namespace. */
  private createShared(port: number): OwnServer {
    const server = this.transport.socketIo((socket) => this.policy.clientAddress(socket.request));
    this.engine = this.createIo(port, {
      parser: textKeepingParser(this.ioOptions.maxHttpBufferSize),
    }) as SocketIoServer;
    if (this.siblings) shareSessions(this.engine, this.siblings);
    server.listen(this.engine);
    for (const { gateway, options } of this.declared(SOCKET_IO_GATEWAY)) {
      server.register(options as SocketIoGatewayOptions, gateway, this.filters);
    }
    return new OwnServer(IO_PATH);
  }

  private createIo(port: number, options: GatewayOptions): unknown {
    const polling = new PollingAllowance((request) => this.policy.clientAddress(request));
    const io: unknown = this.io.create(port, {
      ...options,
      path: IO_PATH,
      // Old clients (1.x, 2.x) speak Engine.IO 3.
      allowEIO3: true,
      wsEngine: EngineWebSocketServer,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: this.ioOptions.maxHttpBufferSize,
      cors: corsDelegate((request) => this.policy.isOriginAllowed(request)),
      // New sessions by polling.
      allowRequest: (request: IncomingMessage, done: (error: string | null, allowed: boolean) => void) => {
        const allowed = polling.allows(request);
        done(allowed ? null : 'too many sessions', allowed);
      },
    } as never);
    const { engine } = io as Partial<SocketIoServer>;
    // A further namespace of a server that is there already.
    if (engine === undefined) return io;
    guardEngine(io as SocketIoServer, this.policy, this.transport, this.ioOptions.maxHttpBufferSize);
    polling.watch(engine);
    const server = this.httpServerOfApp();
    this.turns.precede(server);
    this.router.passTo(engine, IO_PATH);
    this.router.listen(server);
    return io;
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    this.router.listen(this.httpServerOfApp());
  }

  private httpServerOfApp(): HttpServer {
    return this.app.getHttpServer() as HttpServer;
  }

  /** The instance Nest made of the gateway with these options. */
  private find(key: symbol, wanted: object): object {
    for (const { gateway, options } of this.declared(key)) if (options === wanted) return gateway;
    throw new Error('a gateway has no instance');
  }

  /** All gateways that were declared with options under `key`. */
  private *declared(key: symbol): Generator<{ gateway: object; options: unknown }> {
    for (const module of this.modules.values()) {
      for (const wrapper of module.providers.values()) {
        if (typeof wrapper.metatype !== 'function') continue;
        const declared = Reflect.getMetadata(GATEWAY_OPTIONS, wrapper.metatype) as Record<symbol, unknown> | undefined;
        const options = declared?.[key];
        if (options !== undefined) yield { gateway: wrapper.instance as object, options };
      }
    }
  }
}
