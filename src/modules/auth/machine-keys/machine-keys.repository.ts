import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { MachineKey } from '../../../entities/accounts/machine-key.entity.js';
import { User } from '../../../entities/accounts/user.entity.js';

export type NewMachineKey = Pick<
  MachineKey,
  'name' | 'prefix' | 'digest' | 'scopes' | 'allowedNetworks' | 'expiresAt' | 'madeBy'
>;

/** What replaces a key's secret, and until when the old one still works. */
export interface Replacement {
  readonly digest: Buffer;
  readonly prefix: string;
  readonly previousUntil: Date | null;
}

@Injectable()
export class MachineKeysRepository {
  constructor(@InjectRepository(MachineKey) private readonly keys: Repository<MachineKey>) {}

  /** @returns `undefined` when its maker is no longer an admin, whose rights it would outlive */
  insert(key: NewMachineKey): Promise<MachineKey | undefined> {
    return this.keys.manager.transaction(async (manager) => {
      if (key.madeBy !== null) {
        const maker = await manager.findOne(User, { where: { id: key.madeBy }, lock: { mode: 'pessimistic_read' } });
        if (maker?.role !== 'admin' || maker.disabled) return undefined;
      }
      return manager.save(manager.create(MachineKey, key));
    });
  }

  /** The key with this digest, current or, within the overlap, from before the last rotation. */
  async findValid(digest: Buffer, now: Date): Promise<MachineKey | undefined> {
    const found = await this.keys.findOne({
      where: [{ digest }, { previousDigest: digest, previousUntil: MoreThan(now) }],
    });
    return found && (found.expiresAt === null || found.expiresAt > now) ? found : undefined;
  }

  async find(id: number): Promise<MachineKey | undefined> {
    return (await this.keys.findOneBy({ id })) ?? undefined;
  }

  page(afterId: number, take: number): Promise<MachineKey[]> {
    return this.keys.find({ where: { id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  /** @returns `undefined` when the key is gone */
  async rotate(id: number, { digest, prefix, previousUntil }: Replacement): Promise<MachineKey | undefined> {
    const { affected } = await this.keys
      .createQueryBuilder()
      .update()
      .set({ digest, prefix, previousUntil, previousDigest: () => (previousUntil === null ? 'NULL' : '"digest"') })
      .where({ id })
      .execute();
    return affected === 1 ? this.find(id) : undefined;
  }

  /** Notes that a key was used, unless that was noted after `since` already. */
  async markUsed(id: number, from: string, now: Date, since: Date): Promise<void> {
    await this.keys.query(
      `UPDATE "machine_keys" SET "last_used_at" = $2, "last_used_from" = $3
       WHERE "id" = $1 AND ("last_used_at" IS NULL OR "last_used_at" <= $4)`,
      [id, now, from, since],
    );
  }
}
