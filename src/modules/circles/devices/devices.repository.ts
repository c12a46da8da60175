import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, MoreThan, Repository } from 'typeorm';
import { Login } from '../../../entities/accounts/login.entity.js';
import { Device } from '../../../entities/circles/device.entity.js';

@Injectable()
export class DevicesRepository {
  constructor(@InjectRepository(Device) private readonly devices: Repository<Device>) {}

  async find(id: number): Promise<Device | undefined> {
    return (await this.devices.findOneBy({ id })) ?? undefined;
  }

  list(circleId: number, afterId: number, take: number): Promise<Device[]> {
    return this.devices.find({ where: { circleId, id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  async idsOf(circleId: number): Promise<number[]> {
    return (await this.devices.find({ where: { circleId }, select: { id: true } })).map(({ id }) => id);
  }

  /** @returns whether there was such a device */
  async rename(id: number, name: string): Promise<boolean> {
    return (await this.devices.update({ id }, { name })).affected === 1;
  }

  /** Replaces the password. @returns the logins that ended; `undefined` when there was no such device */
  setPassword(id: number, passwordHash: string): Promise<number[] | undefined> {
    return this.devices.manager.transaction(async (manager) => {
      if ((await manager.update(Device, { id }, { passwordHash })).affected !== 1) return undefined;
      return endLogins(manager, id);
    });
  }

  /** @returns the logins that ended; `undefined` when there was no such device */
  remove(id: number): Promise<number[] | undefined> {
    return this.devices.manager.transaction(async (manager) => {
      // The lock prevents new logins meanwhile.
      const device = await manager.findOne(Device, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (device === null) return undefined;
      const ended = await endLogins(manager, id);
      await manager.delete(Device, { id });
      return ended;
    });
  }
}

async function endLogins(manager: EntityManager, deviceId: number): Promise<number[]> {
  const result = await manager
    .createQueryBuilder()
    .delete()
    .from(Login)
    .where('"device_id" = :deviceId', { deviceId })
    .returning('id')
    .execute();
  return (result.raw as { id: number }[]).map(({ id }) => id);
}
