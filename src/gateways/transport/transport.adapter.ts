import { type INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { GATEWAY_OPTIONS } from '@nestjs/websockets/internal';
import { type IncomingMessage, type Server as HttpServer } from 'node:http';
import { corsDelegate } from '../../common/http/policy/cors.js';
import { type RequestPolicy } from '../../common/http/policy/request-policy.js';
import { type Server as SocketIoServer } from 'socket.io';
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
 * What `create` returns to Nest for our gateways. Nest only passes it back: connections and messages reach our gateways
 * through their tables, which wait for admission and keep the order; Nest would not.
 */
class OwnServer {
  constructor(readonly name: string) {}
}

interface GatewayOptions {
  readonly [PLAIN_GATEWAY]?: PlainGatewayOptions;
  readonly [SOCKET_IO_GATEWAY]?: SocketIoGatewayOptions;
}

const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const IO_PATH = '/socket.io/';

/**
 * Nest's one WebSocket adapter. Gateways are declared by `plainGateway` or `socketIoGateway`, and go to our transport
 * on the application's HTTP server; there are no other kinds. It differs from Nest's `WsAdapter` in four points: paths
 * (with parameters, matched by the UpgradeRouter, which owns the `upgrade` event), order (one message of a connection
 * at a time), admission (before the 101), and close (with a code and a reason).
 */
export class TransportAdapter extends WsAdapter {
  private readonly transport: TransportService;
  private readonly modules: ModulesContainer;
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
    if (socketIo === undefined) throw new Error('a gateway is neither a plainGateway nor a socketIoGateway');
    return this.createShared(port);
  }

  override bindClientConnect(): void {
    // Our gateways hear of their clients from the transport.
  }

  override async close(server: unknown): Promise<void> {
    if (server instanceof OwnServer && server.name === IO_PATH) await this.engine?.close();
  }

  override async dispose(): Promise<void> {
    this.router.stop(this.httpServerOfApp());
    this.siblings?.close();
    await super.dispose();
  }

  /** Nest calls `create` once per path; all our Socket.IO gateways share the path and the namespace. */
  private createShared(port: number): OwnServer {
    const server = this.transport.socketIo((socket) => this.policy.clientAddress(socket.request));
    this.engine = this.createEngine(port);
    if (this.siblings) shareSessions(this.engine, this.siblings);
    server.listen(this.engine);
    for (const { gateway, options } of this.declared(SOCKET_IO_GATEWAY)) {
      server.register(options as SocketIoGatewayOptions, gateway, this.filters);
    }
    return new OwnServer(IO_PATH);
  }

  private createEngine(port: number): SocketIoServer {
    const polling = new PollingAllowance((request) => this.policy.clientAddress(request));
    // Typed by the copy of Socket.IO that Nest brings along.
    const made: unknown = new IoAdapter(this.app).createIOServer(port, {
      parser: textKeepingParser(this.ioOptions.maxHttpBufferSize),
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
      // Concerns new polling sessions.
      allowRequest: (request: IncomingMessage, done: (error: string | null, allowed: boolean) => void) => {
        const allowed = polling.allows(request);
        done(allowed ? null : 'too many sessions', allowed);
      },
    } as never);
    const io = made as SocketIoServer;
    const { engine } = io;
    guardEngine(io, this.policy, this.transport, this.ioOptions.maxHttpBufferSize);
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

  /** The instance Nest created of the gateway with these options. */
  private find(key: symbol, wanted: object): object {
    for (const { gateway, options } of this.declared(key)) if (options === wanted) return gateway;
    throw new Error('a gateway has no instance');
  }

  /** All gateways declared with options under `key`. */
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
