import { Logger } from '@nestjs/common';
import { type IncomingMessage, type Server } from 'node:http';
import { type Duplex } from 'node:stream';
import { AppError } from '../../../common/errors/app-error.js';
import { userAgentOf } from '../../../common/text/user-agent.js';
import { handshakeStatus, METHOD_NOT_ALLOWED, refuseHandshake, UPGRADE_REQUIRED } from './handshake-refusal.js';
import { engineQuery } from '../socket-io/engine-query.js';
import { asksForWebSocket, serveWithoutUpgrade } from './other-upgrades.js';
import { segmentsOf } from '../plain/path-pattern.js';
import { type PlainEndpoint } from '../plain/plain-endpoint.js';
import { RETRY_SECONDS } from '../plain/plain-host.js';
import { type PlainConnection } from '../plain/plain.connection.js';
import { type RequestTurns } from './request-turns.js';
import { type TransportService, type Upgrade } from '../transport.service.js';

/** What the edge of the process knows about requests: origin and host policy, trusted proxies. */
export interface UpgradePolicy {
  /** @returns the status to refuse the request with; `undefined` when it may proceed */
  refuse(request: IncomingMessage): number | undefined;
  clientAddress(request: IncomingMessage): string;
}

/** The part of Engine.IO's server that answers upgrades. */
export interface UpgradeEngine {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * The only upgrade listener: checks the policy, finds the gateway, runs admission, accepts. Everything else gets an
 * HTTP response, never a hanging socket.
 */
export class UpgradeRouter {
  private readonly logger = new Logger(UpgradeRouter.name);

  private server: Server | undefined;
  private engine: { readonly path: string; readonly server: UpgradeEngine } | undefined;

  constructor(
    private readonly transport: TransportService,
    private readonly policy: UpgradePolicy,
    private readonly turns: RequestTurns,
  ) {}

  listen(server: Server): void {
    this.server = server;
    // Engine.IO's own listener would leave unknown requests hanging forever.
    server.removeAllListeners('upgrade');
    server.on('upgrade', this.onUpgrade);
  }

  /** Hands WebSocket handshakes on `path` and below to Engine.IO. */
  passTo(engine: UpgradeEngine, path: string): void {
    this.engine = { path, server: engine };
  }

  stop(server: Server): void {
    server.off('upgrade', this.onUpgrade);
  }

  private readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Without a listener, a reset during admission would crash the process.
    socket.on('error', destroy);
    const path = pathOf(request);
    const { server } = this;
    if (!asksForWebSocket(request) && path !== undefined && server) {
      this.turns.afterAll(socket, () => {
        socket.off('error', destroy);
        serveWithoutUpgrade(server, request, socket, head);
      });
      return;
    }
    const refusal = this.refusal(request, path);
    if (refusal !== undefined) {
      this.refuse(socket, refusal, refusal === 503 ? RETRY_SECONDS : undefined);
      return;
    }
    this.route(path ?? '', { request, socket, head });
  };

  private route(path: string, upgrade: Upgrade): void {
    const { request, socket, head } = upgrade;
    const { engine } = this;
    const isEngine = engine !== undefined && path.startsWith(engine.path);
    const found = isEngine ? undefined : this.endpointOf(path);
    if (!isEngine && found === undefined) {
      this.refuse(socket, 404);
      return;
    }
    const fault = handshakeFault(request) ?? (isEngine && !isForWebSocket(request) ? 400 : undefined);
    if (fault !== undefined) this.refuse(socket, fault);
    else if (found !== undefined) void this.admit(found.endpoint, found.params, upgrade);
    else engine?.server.handleUpgrade(request, socket, head);
  }

  private endpointOf(path: string): { endpoint: PlainEndpoint; params: Readonly<Record<string, string>> } | undefined {
    const segments = segmentsOf(path);
    for (const endpoint of this.transport.endpoints) {
      const params = endpoint.pattern.match(segments);
      if (params !== null) return { endpoint, params };
    }
    return undefined;
  }

  private refusal(request: IncomingMessage, path: string | undefined): number | undefined {
    if (path === undefined) return 400;
    if (this.transport.draining) return 503;
    return this.policy.refuse(request) ?? (asksForOtherVersion(request) ? UPGRADE_REQUIRED : undefined);
  }

  private async admit(
    endpoint: PlainEndpoint,
    params: Readonly<Record<string, string>>,
    upgrade: Upgrade,
  ): Promise<void> {
    const { request, socket } = upgrade;
    const userAgent = userAgentOf(request.headers['user-agent']);
    const connection = this.transport.newConnection(endpoint, this.policy.clientAddress(request), userAgent);
    const { gateway } = endpoint.dispatch;
    if (gateway.handleUpgrade) {
      try {
        await gateway.handleUpgrade(connection, {
          params,
          query: queryOf(request),
          headers: request.headers,
          address: connection.address,
        });
      } catch (error) {
        this.abandon(endpoint, connection);
        this.refuse(socket, this.statusOf(error), retryAfter(error));
        return;
      }
    }
    if (socket.destroyed || !socket.writable || connection.closed || this.transport.draining) {
      this.abandon(endpoint, connection);
      if (this.transport.draining) this.refuse(socket, 503, RETRY_SECONDS);
      else this.refuse(socket, 403);
      return;
    }
    socket.off('error', destroy);
    if (!this.transport.accept(connection, endpoint, upgrade)) this.abandon(endpoint, connection);
  }

  private refuse(socket: Duplex, status: number, retryAfterSeconds?: number): void {
    this.transport.refused(status);
    refuseHandshake(socket, status, retryAfterSeconds);
  }

  /** Undoes an admission whose socket was never accepted. */
  private abandon(endpoint: PlainEndpoint, connection: PlainConnection): void {
    this.transport.forget(connection);
    if (connection.principal !== null) void endpoint.dispatch.disconnected(connection);
  }

  private statusOf(error: unknown): number {
    if (error instanceof AppError) return handshakeStatus(error);
    this.logger.error({ msg: 'admission failed', err: error });
    return 500;
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}

function pathOf(request: IncomingMessage): string | undefined {
  const { url = '' } = request;
  if (!url.startsWith('/')) return undefined;
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}

function retryAfter(error: unknown): number | undefined {
  return error instanceof AppError ? error.retryAfterSeconds : undefined;
}

function asksForOtherVersion({ headers }: IncomingMessage): boolean {
  const version = headers['sec-websocket-version'];
  return version !== undefined && version !== '13';
}

/**
 * The status for requests that are not valid WebSocket handshakes. Checked before admission, so that they cost no
 * query.
 */
function handshakeFault({ method, headers }: IncomingMessage): number | undefined {
  if (method !== 'GET') return METHOD_NOT_ALLOWED;
  const isHandshake =
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '');
  return isHandshake ? undefined : 400;
}

/** Engine.IO would complete the handshake for any other transport, only to close it. */
const isForWebSocket = (request: IncomingMessage): boolean => engineQuery(request)['transport'] === 'websocket';
