import { Injectable } from '@nestjs/common';
import { type Page, keyset, toPage } from '../../../common/http/paging/cursor.js';
import { randomText, randomToken } from '../../../common/security/random.js';
import { type Device } from '../../../entities/circles/device.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { Logins } from '../../auth/logins/logins.service.js';
import { Passwords } from '../../auth/logins/passwords.service.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { CircleAccess } from '../access/access.service.js';
import { notThere } from '../circles.policy.js';
import { Online } from '../presence/online.service.js';
import { CircleRooms } from '../presence/circle-rooms.service.js';
import { DevicesRepository } from './devices.repository.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const USERNAME_LENGTH = 12;
/** Bytes of randomness. */
const PASSWORD_BYTES = 12;

export interface DeviceState {
  readonly device: Device;
  readonly isOnline: boolean;
}

/** The devices of a circle; only its `ADMIN` manages them. */
@Injectable()
export class Devices {
  constructor(
    private readonly repository: DevicesRepository,
    private readonly access: CircleAccess,
    private readonly audit: AuditLog,
    private readonly passwords: Passwords,
    private readonly logins: Logins,
    private readonly online: Online,
    private readonly rooms: CircleRooms,
  ) {}

  /** @returns the device and its password, which cannot be read again. @throws AppError `not_found`, `forbidden` */
  async create(
    principal: UserPrincipal,
    circleId: number,
    name: string,
  ): Promise<{ device: Device; password: string }> {
    await this.access.demandCircle(principal, circleId, 'manageDevices');
    const password = randomToken(PASSWORD_BYTES);
    const passwordHash = await this.passwords.hash(password);
    const username = randomText(LETTERS, USERNAME_LENGTH);
    const values = { circleId, name, username, passwordHash };
    const device = await this.audit.makeRow('devices.create', 'device', values);
    this.rooms.noteDevice(circleId, device.id, name);
    return { device, password };
  }

  /** @throws AppError `not_found`, `forbidden` */
  async list(
    principal: UserPrincipal,
    circleId: number,
    query: { limit: number; cursor?: string },
  ): Promise<Page<DeviceState>> {
    await this.access.demandCircle(principal, circleId, 'manageDevices');
    const { afterId, take } = keyset(query);
    const rows = await this.repository.list(circleId, afterId, take);
    const online = await this.online.devicesOnline(rows.map(({ id }) => id));
    return toPage(rows, query.limit, (device) => ({ device, isOnline: online.has(device.id) }));
  }

  /** @throws AppError `not_found`, `forbidden` */
  async get(principal: UserPrincipal, id: number): Promise<DeviceState> {
    const device = await this.repository.find(id);
    if (device === undefined) throw notThere();
    await this.access.demandCircle(principal, device.circleId, 'manageDevices');
    return { device, isOnline: await this.online.isDeviceOnline(id) };
  }

  /** @throws AppError `not_found`, `forbidden` */
  async rename(principal: UserPrincipal, id: number, name: string | undefined): Promise<DeviceState> {
    const { device } = await this.get(principal, id);
    if (name !== undefined && (await this.repository.rename(id, name))) {
      this.rooms.tellCircle(device.circleId, { event: 'device', type: 'update', deviceId: id }, name);
    }
    return this.get(principal, id);
  }

  /**
   * Sets a new password and ends all logins of the device. @returns the new password. @throws AppError `not_found`,
   * `forbidden`
   */
  async replacePassword(principal: UserPrincipal, id: number): Promise<string> {
    await this.get(principal, id);
    const password = randomToken(PASSWORD_BYTES);
    const passwordHash = await this.passwords.hash(password);
    const set = () => this.repository.setPassword(id, passwordHash);
    const ended = await this.audit.act('devices.replace-password', ['device', id], set);
    if (ended === undefined) throw notThere();
    this.logins.close(ended);
    return password;
  }

  /** @throws AppError `not_found`, `forbidden` */
  async remove(principal: UserPrincipal, id: number): Promise<void> {
    await this.get(principal, id);
    const ended = await this.audit.remove('devices.delete', ['device', id], () => this.repository.remove(id));
    if (ended === undefined) throw notThere();
    this.logins.close(ended);
  }
}
