import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type SearchQuery, type PlaceQuery } from '../../../common/http/paging/page.dto.js';
import { pageByPlace } from '../../../common/http/paging/place-cursor.js';
import { type Service } from '../../../entities/services/service.entity.js';
import { AuditLog, type Was } from '../../audit/audit-log.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Retries } from '../../realtime/resilience/retries.js';
import { ServiceDirectory, settingsOf } from '../directory/service-directory.service.js';
import { ServicePeers } from '../sessions/service-peers.service.js';
import { KICKED, ServiceSessions } from '../sessions/service-sessions.service.js';
import { newServiceToken, tokenDigest } from '../directory/service-token.js';
import { userChannel } from '../services.channels.js';
import { kicked } from '../services.events.js';
import { refuseTakenTitle, type ServiceOptions, ServicesRepository } from '../directory/services.repository.js';

/** A live session with its numbers. */
export interface SessionSummary {
  readonly id: string;
  readonly code: string | null;
  readonly startedAt: Date;
  /** User id of the host; `null` while the session waits for its return. */
  readonly host: string | null;
  readonly clients: number;
  readonly guests: number;
}

/** Manages services for admins, and applies changes to live sockets. */
@Injectable()
export class ServiceAdmin {
  constructor(
    private readonly repository: ServicesRepository,
    private readonly audit: AuditLog,
    private readonly directory: ServiceDirectory,
    private readonly sessions: ServiceSessions,
    private readonly peers: ServicePeers,
    private readonly hub: Hub,
    private readonly retries: Retries,
  ) {}

  /**
   * @returns the service and its tokens, which cannot be shown again
   * @throws AppError `already_exists` when the title is taken
   */
  async create(
    options: ServiceOptions & Pick<Service, 'title'>,
  ): Promise<{ service: Service; hostToken: string; clientToken: string }> {
    const hostToken = newServiceToken();
    const clientToken = newServiceToken();
    const digests = { hostTokenDigest: tokenDigest(hostToken), clientTokenDigest: tokenDigest(clientToken) };
    const service = await refuseTakenTitle(
      this.audit.makeRow('services.create', 'service', { ...options, ...digests }),
    );
    return { service, hostToken, clientToken };
  }

  page(query: SearchQuery): Promise<Page<Service>> {
    return pageById(query, (afterId, take) => this.repository.page(query.q, afterId, take));
  }

  /** @throws AppError `not_found` */
  async get(id: number): Promise<Service> {
    return (await this.repository.find(id)) ?? notFound();
  }

  /** @throws AppError `not_found`, or `already_exists` when the title is taken */
  async update(id: number, options: ServiceOptions): Promise<Service> {
    const change = (was: Was) => this.repository.change(id, options, was);
    const service = (await this.audit.act('services.update', ['service'], change)) ?? notFound();
    await this.retries.follow(() => this.directory.announce(settingsOf(service)));
    return service;
  }

  /** @throws AppError `not_found` */
  async delete(id: number): Promise<void> {
    if (!(await this.audit.removeRow('services.delete', ['service', id]))) notFound();
    await this.retries.follow(async () => {
      await this.directory.forget(id);
      await this.sessions.endAll(id, KICKED.deleted);
      await this.kickClients(id, KICKED.deleted);
    });
  }

  /**
   * Replaces a token. Sockets admitted by the old one are closed; guests go with their host.
   * @returns the new token, which cannot be shown again
   * @throws AppError `not_found`
   */
  async rotate(id: number, role: 'host' | 'client'): Promise<string> {
    const token = newServiceToken();
    const digest = tokenDigest(token);
    const change = role === 'host' ? { hostTokenDigest: digest } : { clientTokenDigest: digest };
    const rotated = (was: Was) => this.repository.change(id, change, was);
    const service = (await this.audit.act('services.rotate-token', ['service'], rotated)) ?? notFound();
    await this.retries.follow(async () => {
      await this.directory.announce(settingsOf(service));
      // Those already admitted by the new token stay.
      const { version } = service;
      if (role === 'host') await this.sessions.endAll(id, KICKED.rotated, version);
      else await this.kickClients(id, KICKED.rotated, version);
    });
    return token;
  }

  /** In the order they began. @throws AppError `not_found` */
  async listSessions(id: number, query: PlaceQuery): Promise<Page<SessionSummary>> {
    await this.get(id);
    const sessions = await this.sessions.list(id);
    const page = pageByPlace(sessions, query, (session) => ({ at: session.data.startedAt, id: session.id }));
    const peers = await this.peers.list(id);
    const clients = peers.filter(({ data }) => data.role === 'client').length;
    const guestsOf = (session: string): number =>
      peers.filter(({ data }) => data.role === 'guest' && data.session === session).length;
    const items = await Promise.all(
      page.items.map(async ({ id: session, data }) => ({
        id: session,
        code: data.code,
        startedAt: new Date(data.startedAt),
        host: (await this.sessions.isAway(id, session)) ? null : data.host,
        clients,
        guests: guestsOf(session),
      })),
    );
    return { items, nextCursor: page.nextCursor };
  }

  /**
   * Ends a live session and closes its host and guests.
   * @param session its id or its code
   * @throws AppError `not_found`
   */
  async endSession(id: number, session: string): Promise<void> {
    const found = (await this.sessions.list(id)).find((each) => each.id === session || each.data.code === session);
    if (!found) notFound();
    const target = { kind: 'session', id: found.id, label: null };
    const retire = async () => (await this.sessions.retire(id, found.id)) ?? notFound();
    const ended = await this.audit.around({ action: 'services.end-session', target, changes: { service: id } }, retire);
    this.sessions.announceEnd(ended, KICKED.admin);
  }

  private async kickClients(id: number, why: string, version = Infinity): Promise<void> {
    for (const { id: user, data } of await this.peers.list(id)) {
      if (data.role !== 'client' || data.version >= version) continue;
      const isKnown = await this.peers.leave(id, user);
      this.hub.disconnect(userChannel(id, user), DISCONNECT.forced, kicked(why));
      if (isKnown) this.peers.announceLeave(id, 'client', user);
    }
  }
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such resource.');
}
