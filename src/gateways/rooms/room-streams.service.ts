import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Response } from 'express';
import { AppError } from '../../common/errors/app-error.js';
import { userAgentOf } from '../../common/text/user-agent.js';
import { AppConfig } from '../../config/app-config.js';
import { Lifecycle } from '../../modules/health/lifecycle.js';
import { SocketMetrics } from '../../modules/observability/socket-metrics.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { ConnectionDirectory, endOf } from '../../modules/realtime/fan-out/connection-directory.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { HolderAdmission } from '../../modules/rooms/live/holder-admission.service.js';
import { RoomSeats } from '../../modules/rooms/live/room-seats.service.js';
import { type PresenceChange, type RoomChanged } from '../../modules/rooms/rooms.events.js';
import { pacedDrain } from '../transport/flow/paced-drain.js';
import { TransportService } from '../transport/transport.service.js';
import { SseConnection, type SseHost } from './sse.connection.js';

const BEAT_MS = 15_000;

/** What a client asks for when it opens an event stream. */
export interface StreamRequest {
  /** The code of an endpoint, or a room with the token or ticket presented. */
  readonly entrance: { readonly code: string } | { readonly room: string; readonly proof: string | undefined };
  /** The client's address, resolved through trusted proxies. */
  readonly address: string;
  readonly userAgent: string | undefined;
  /** `<epoch>:<offset>` of the last event that the client received. */
  readonly lastEventId: string | undefined;
  readonly after: string | undefined;
  readonly epoch: string | undefined;
}

/** Readers of rooms on event streams. */
@Injectable()
export class RoomStreams implements SseHost, OnModuleDestroy {
  readonly node: string;
  readonly traffic;
  readonly limitBytes: number;
  private readonly connections = new Set<SseConnection>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly seats: RoomSeats,
    private readonly holders: HolderAdmission,
    private readonly hub: Hub,
    private readonly transport: TransportService,
    private readonly metrics: SocketMetrics,
    private readonly directory: ConnectionDirectory,
    lifecycle: Lifecycle,
    config: AppConfig,
  ) {
    this.node = transport.node;
    this.traffic = metrics.of('rooms');
    this.limitBytes = config.limits.outboundBytes;
    directory.register(this.connections);
    const drainMs = config.http.drainSeconds * 1_000;
    lifecycle.onDrain((undone) => pacedDrain(this.connections, drainMs, DISCONNECT.goingAway, undone));
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    for (const connection of this.connections) connection.close(DISCONNECT.goingAway);
  }

  /**
   * Turns `response` into an event stream.
   * @throws AppError `forbidden` when the code is unknown, expired or may not read; `unauthenticated` and `not_found`
   * by token; `unavailable` while draining
   */
  async open(request: StreamRequest, response: Response): Promise<void> {
    this.refuseWhileDraining();
    // The client left while its request was read; no event would report that.
    if (response.destroyed) return;
    const agent = userAgentOf(request.userAgent);
    const connection = new SseConnection(this.transport.nextSerial(), request.address, agent, response, this);
    // Stops the admission under way, which must not take effect after the client has left.
    response.once('close', () => {
      connection.end();
    });
    this.connections.add(connection);
    this.traffic.connections++;
    try {
      await this.admit(connection, request);
      this.refuseWhileDraining();
      if (connection.closed) throw new AppError('forbidden', 'Your credential is no longer valid.');
    } catch (error) {
      await this.left(connection);
      throw error;
    }
    response.once('close', () => void this.left(connection));
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // For proxies that would buffer events.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    connection.open();
    this.timer ??= setInterval(() => {
      for (const each of this.connections) each.beat();
    }, BEAT_MS).unref();
    void this.seats.begin(connection);
  }

  isRevoked(selectors: readonly string[] | undefined): boolean {
    return this.transport.revocations.matches(selectors, Date.now());
  }

  signalled(connection: SseConnection, event: HubEvent): void {
    const fact = event as RoomChanged | PresenceChange;
    if (fact.type === 'rooms.changed')
      void this.seats.changed(connection, fact).catch(() => {
        connection.close(DISCONNECT.tryLater);
      });
  }

  private refuseWhileDraining(): void {
    if (!this.transport.draining) return;
    throw new AppError('unavailable', 'The server is stopping; try again.', { retryAfterSeconds: 1 });
  }

  private admit(connection: SseConnection, request: StreamRequest): Promise<void> {
    const { entrance } = request;
    const wish = { ...positionOf(request), stream: true, presence: false, acks: false };
    if ('code' in entrance) return this.seats.admit(connection, entrance.code, wish);
    return this.holders.admit(connection, entrance.room, entrance.proof, wish);
  }

  private async left(connection: SseConnection): Promise<void> {
    if (!this.connections.delete(connection)) return;
    if (connection.isOpen) {
      const { closeReason } = connection;
      this.metrics.recordClose('rooms', closeReason?.code.toString() ?? 'stream_closed');
      this.directory.ended(connection, endOf(closeReason, { code: null, reason: null }));
    }
    connection.end();
    this.traffic.connections--;
    this.hub.detach(connection);
    await this.seats.leave(connection);
  }
}

/** A reconnecting browser sends `Last-Event-ID`, which takes precedence over the query. */
function positionOf({ lastEventId, after, epoch }: StreamRequest): { after?: string; epoch?: string } {
  if (lastEventId !== undefined && lastEventId !== '') {
    const colon = lastEventId.lastIndexOf(':');
    return { epoch: lastEventId.slice(0, Math.max(0, colon)), after: lastEventId.slice(colon + 1) };
  }
  return { ...(after !== undefined && { after }), ...(epoch !== undefined && { epoch }) };
}
