import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { sha256 } from '../../../common/security/digest.js';
import { randomToken } from '../../../common/security/random.js';
import { type Iota } from '../../../entities/omikron/iota.entity.js';
import { type Profile } from '../../../entities/omikron/profile.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Retries } from '../../realtime/resilience/retries.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { KeyHashes } from '../key-hashes.service.js';
import { iotaChannel, sessionClients, userSockets, userChannel } from '../omikron.channels.js';
import { type IotaSignal } from '../omikron.events.js';
import { OmikronRepository } from '../omikron.repository.js';

/** An Iota, and where it is connected. */
export interface IotaStatus {
  readonly iota: Iota;
  /** Host of the node it is connected to; `null` while it is not connected. */
  readonly node: string | null;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Manages Iotas and profiles for admins, and applies changes to live sockets. Ids are canonical. */
@Injectable()
export class OmikronAdmin {
  constructor(
    private readonly repository: OmikronRepository,
    private readonly audit: AuditLog,
    private readonly sessions: IotaSessions,
    private readonly hashes: KeyHashes,
    private readonly hub: Hub,
    private readonly retries: Retries,
  ) {}

  /** @returns the Iota and its token, which cannot be shown again. @throws AppError `already_exists` */
  async createIota(name: string, iotaId: string = randomUUID()): Promise<{ iota: Iota; token: string }> {
    const token = randomToken();
    const create = () => this.repository.createIota({ iotaId, name, tokenDigest: sha256(token) });
    const iota = await this.audit.act('omikron.create-iota', ['iota'], create);
    return { iota, token };
  }

  pageIotas(query: PageRequest): Promise<Page<Iota>> {
    return pageById(query, (afterId, take) => this.repository.pageIotas(afterId, take));
  }

  /** @throws AppError `not_found` */
  async getIota(iotaId: string): Promise<IotaStatus> {
    const iota = (await this.repository.findIota(iotaId)) ?? notFound('Iota');
    return this.statusOf(iota);
  }

  async statusOf(iota: Iota): Promise<IotaStatus> {
    return { iota, node: (await this.sessions.seatOf(iota.iotaId))?.node ?? null };
  }

  /** Removes an Iota with its profiles, and closes their sockets. @throws AppError `not_found` */
  async deleteIota(iotaId: string): Promise<void> {
    const remove = () => this.repository.deleteIota(iotaId);
    const users = (await this.audit.remove('omikron.delete-iota', ['iota', { iotaId }], remove)) ?? notFound('Iota');
    await this.retries.follow(async () => {
      const seat = await this.sessions.seatOf(iotaId);
      // Clients first: they must be told that they are no longer known, not that their Iota has gone.
      if (seat) this.hub.disconnect(sessionClients(seat.session), DISCONNECT.notAllowed);
      for (const user of users) this.closeSockets(user);
      this.hub.disconnect(iotaChannel(iotaId), DISCONNECT.notAllowed);
    });
  }

  /**
   * Replaces the token; a socket admitted by the old one is closed.
   * @returns the token, which cannot be shown again
   * @throws AppError `not_found`
   */
  async rotateToken(iotaId: string): Promise<string> {
    const token = randomToken();
    const digest = sha256(token);
    const change = () => this.repository.changeToken(iotaId, digest);
    if (!(await this.audit.act('omikron.rotate-token', ['iota', { iotaId }], change))) notFound('Iota');
    this.signal(iotaId, { type: 'omikron.token-changed', digest: digest.toString('hex') });
    return token;
  }

  /** @throws AppError `already_exists` when the user already belongs to an Iota, `not_found` */
  createProfile(iotaId: string, userId: string, privateKeyHash: string): Promise<Profile> {
    const keyDigest = this.hashes.digest(privateKeyHash);
    if (keyDigest === undefined) throw new AppError('invalid_input', 'privateKeyHash must have 64 hexadecimal digits');
    const create = () => this.repository.createProfile({ iotaId, userId, keyDigest });
    return this.audit.act('omikron.create-profile', ['profile'], create);
  }

  /** @throws AppError `not_found` when there is no such Iota */
  async pageProfiles(iotaId: string, query: PageRequest): Promise<Page<Profile>> {
    if ((await this.repository.findIota(iotaId)) === undefined) notFound('Iota');
    return pageById(query, (afterId, take) => this.repository.pageProfiles(iotaId, afterId, take));
  }

  /** @throws AppError `not_found` */
  async getProfile(iotaId: string, userId: string): Promise<Profile> {
    const profile = await this.repository.findProfile(userId);
    return profile?.iotaId === iotaId ? profile : notFound('profile');
  }

  /** Removes a profile, and closes its sockets. @throws AppError `not_found` */
  async deleteProfile(iotaId: string, userId: string): Promise<void> {
    const remove = () => this.repository.deleteProfile(iotaId, userId);
    if (!(await this.audit.remove('omikron.delete-profile', ['profile', { userId }], remove))) notFound('profile');
    await this.retries.follow(async () => {
      const home = await this.sessions.find(userId);
      if (home) await this.sessions.dismiss(home.iota, home.session, userId);
      this.signal(iotaId, { type: 'omikron.profile-removed', user: userId });
      this.closeSockets(userId);
    });
  }

  private closeSockets(user: string): void {
    this.hub.disconnect(userChannel(user), DISCONNECT.notAllowed);
    this.hub.disconnect(userSockets(user), DISCONNECT.notAllowed);
  }

  private signal(iotaId: string, event: IotaSignal): void {
    this.hub.signal(iotaChannel(iotaId), event);
  }
}

function notFound(what: string): never {
  throw new AppError('not_found', `There is no such ${what}.`);
}
