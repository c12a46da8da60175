import { type INestApplication, type WsMessageHandler } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { AbstractWsAdapter } from '@nestjs/websockets';
import { GATEWAY_OPTIONS } from '@nestjs/websockets/internal';
import { type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type Observable } from 'rxjs';
import { type Server as SocketIoServer, type ServerOptions } from 'socket.io';
import { GatewayDispatch } from './gateway-dispatch.js';
import { PLAIN_GATEWAY, type PlainGateway, type PlainGatewayOptions } from './plain-gateway.js';
import { TransportService } from './transport.service.js';
import { UpgradeRouter, type UpgradePolicy } from './upgrade-router.js';

/** What `create` hands to Nest for a plain gateway. Nest only passes it back. */
class PlainServer {
  constructor(readonly path: string) {}
}

type GatewayOptions = Partial<ServerOptions> & {
  [PLAIN_GATEWAY]?: PlainGatewayOptions;
  server?: SocketIoServer;
  namespace?: string;
};

const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const IO_PATH = '/socket.io/';

/**
 * Nest's one WebSocket adapter: plain gateways go to our transport, the others to Nest's Socket.IO adapter, both on the
 * HTTP server of the application, whose `upgrade` event the UpgradeRouter owns.
 */
export class TransportAdapter extends AbstractWsAdapter {
  private readonly transport: TransportService;
  private readonly modules: ModulesContainer;
  private readonly io: IoAdapter;
  private readonly enginePaths = new Set<string>();
  private readonly router: UpgradeRouter;
  private listening = false;

  constructor(
    private readonly app: INestApplication,
    private readonly policy: UpgradePolicy,
    private readonly ioOptions: { readonly maxHttpBufferSize: number },
  ) {
    super(app);
    this.transport = app.get(TransportService);
    this.modules = app.get(ModulesContainer);
    this.io = new IoAdapter(app);
    this.router = new UpgradeRouter(this.transport, policy, this.enginePaths);
  }

  create(port: number, options: GatewayOptions = {}): unknown {
    this.listen();
    const plain = options[PLAIN_GATEWAY];
    if (plain === undefined) return this.createIo(port, options);
    const { gateway, filters } = this.find(plain);
    this.transport.register(plain, new GatewayDispatch(gateway, plain.wire, filters));
    return new PlainServer(plain.path);
  }

  override bindClientConnect(server: unknown, callback: (...args: unknown[]) => void): void {
    // Plain gateways are called by their GatewayDispatch, which awaits admission; Nest would not.
    if (server instanceof PlainServer) return;
    this.io.bindClientConnect(server, callback);
  }

  override bindClientDisconnect(client: unknown, callback: (...args: unknown[]) => void): void {
    this.io.bindClientDisconnect(client as never, callback);
  }

  bindMessageHandlers(
    client: unknown,
    handlers: WsMessageHandler[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    this.io.bindMessageHandlers(client as never, handlers as never, transform as never);
  }

  override async close(server: unknown): Promise<void> {
    if (!(server instanceof PlainServer)) await this.io.close(server as never);
  }

  override dispose(): Promise<void> {
    this.router.stop(this.httpServerOfApp());
    return Promise.resolve();
  }

  private createIo(port: number, options: GatewayOptions): unknown {
    if (options.server === undefined) this.enginePaths.add(IO_PATH);
    return this.io.create(port, {
      ...options,
      path: IO_PATH,
      // Old clients (1.x, 2.x) speak Engine.IO 3.
      allowEIO3: true,
      // The router answers what nobody else does; Engine.IO would cut slow admissions of the plain gateways.
      destroyUpgrade: false,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: this.ioOptions.maxHttpBufferSize,
      // Upgrades were checked by the router; this is for polling.
      allowRequest: (request: IncomingMessage, done: (error: string | null | undefined, allowed: boolean) => void) => {
        const refused = this.transport.draining || this.policy.refuse(request) !== undefined;
        done(refused ? 'refused' : null, !refused);
      },
    } as never);
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    this.router.listen(this.httpServerOfApp());
  }

  private httpServerOfApp(): HttpServer {
    return this.app.getHttpServer() as HttpServer;
  }

  /** The instance Nest made of the gateway with these options, and how to find its filters. */
  private find(options: PlainGatewayOptions): { gateway: PlainGateway; filters: GatewayDispatch['resolve'] } {
    for (const module of this.modules.values()) {
      for (const wrapper of module.providers.values()) {
        const { metatype } = wrapper;
        if (typeof metatype !== 'function') continue;
        const declared = Reflect.getMetadata(GATEWAY_OPTIONS, metatype) as GatewayOptions | undefined;
        if (declared?.[PLAIN_GATEWAY] !== options) continue;
        return {
          gateway: wrapper.instance as PlainGateway,
          filters: (filter) => this.app.get(filter, { strict: false }),
        };
      }
    }
    throw new Error(`no gateway instance for ${options.path}`);
  }
}
