import { Logger } from '@nestjs/common';
import { type IncomingMessage, type Server } from 'node:http';
import { type Duplex } from 'node:stream';
import { AppError } from '../../common/errors/app-error.js';
import { handshakeStatus, refuseHandshake, UPGRADE_REQUIRED } from './handshake-refusal.js';
import { asksForWebSocket, serveWithoutUpgrade } from './other-upgrades.js';
import { type PlainEndpoint } from './plain-endpoint.js';
import { type PlainConnection } from './plain.connection.js';
import { type TransportService } from './transport.service.js';

/** What the edge of the process knows about requests: origin and host policy, trusted proxies. */
export interface UpgradePolicy {
  /** Status with which the request is refused, `undefined` when it may go on. */
  refuse(request: IncomingMessage): number | undefined;
  clientAddress(request: IncomingMessage): string;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * The one listener for upgrades: checks the policy, finds the gateway, admits, accepts; everything else gets an HTTP
 * answer, never a hanging socket.
 */
export class UpgradeRouter {
  private readonly logger = new Logger(UpgradeRouter.name);

  private server: Server | undefined;

  constructor(
    private readonly transport: TransportService,
    private readonly policy: UpgradePolicy,
    /** Paths under which Engine.IO answers upgrades itself; with trailing slash. */
    private readonly enginePaths: ReadonlySet<string>,
  ) {}

  listen(server: Server): void {
    this.server = server;
    server.prependListener('upgrade', this.onUpgrade);
  }

  stop(server: Server): void {
    server.off('upgrade', this.onUpgrade);
  }

  private readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = pathOf(request);
    if (!asksForWebSocket(request) && path !== undefined && !this.isEngine(path) && this.server) {
      serveWithoutUpgrade(this.server, request, socket, head);
      return;
    }
    // Without a listener a reset during admission would end the process.
    socket.on('error', destroy);
    const refusal = this.refusal(request, path);
    if (refusal !== undefined) {
      refuseHandshake(socket, refusal, refusal === 503 ? 1 : undefined);
      return;
    }
    if (asksForOtherVersion(request)) {
      refuseHandshake(socket, UPGRADE_REQUIRED);
      return;
    }
    if (path === undefined || this.isEngine(path)) return;
    for (const endpoint of this.transport.endpoints) {
      const params = endpoint.pattern.match(path);
      if (params === null) continue;
      if (isWebSocketHandshake(request)) void this.admit(endpoint, params, { request, socket, head });
      else refuseHandshake(socket, 400);
      return;
    }
    refuseHandshake(socket, 404);
  };

  private refusal(request: IncomingMessage, path: string | undefined): number | undefined {
    if (path === undefined) return 400;
    if (this.transport.draining) return 503;
    return this.policy.refuse(request);
  }

  private async admit(
    endpoint: PlainEndpoint,
    params: Readonly<Record<string, string>>,
    upgrade: Upgrade,
  ): Promise<void> {
    const { request, socket } = upgrade;
    const connection = this.transport.newConnection(endpoint, this.policy.clientAddress(request));
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
        refuseHandshake(socket, this.statusOf(error), retryAfter(error));
        return;
      }
    }
    if (socket.destroyed || !socket.writable || connection.closed || this.transport.draining) {
      this.abandon(endpoint, connection);
      refuseHandshake(socket, this.transport.draining ? 503 : 403);
      return;
    }
    socket.off('error', destroy);
    if (!this.transport.accept(connection, endpoint, upgrade)) this.abandon(endpoint, connection);
  }

  /** Undoes an admission whose socket never came to be. */
  private abandon(endpoint: PlainEndpoint, connection: PlainConnection): void {
    this.transport.forget(connection);
    if (connection.principal !== null) void endpoint.dispatch.disconnected(connection);
  }

  private statusOf(error: unknown): number {
    if (error instanceof AppError) return handshakeStatus(error);
    this.logger.error({ msg: 'admission failed', err: error });
    return 500;
  }

  private isEngine(path: string): boolean {
    const withSlash = path.endsWith('/') ? path : `${path}/`;
    return this.enginePaths.has(withSlash);
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}

function pathOf(request: IncomingMessage): string | undefined {
  const url = request.url ?? '';
  return url.startsWith('/') ? url.split('?', 1)[0] : undefined;
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

/** Checked before admission, so that what is no WebSocket handshake costs no query. */
function isWebSocketHandshake(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    request.headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(request.headers['sec-websocket-key'] ?? '')
  );
}
