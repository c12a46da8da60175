import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { Revocation } from '../../entities/revocations/revocation.entity.js';

@Injectable()
export class RevocationsRepository {
  constructor(@InjectRepository(Revocation) private readonly revocations: Repository<Revocation>) {}

  async find(id: number): Promise<Revocation | undefined> {
    return (await this.revocations.findOneBy({ id })) ?? undefined;
  }

  page(afterId: number, take: number): Promise<Revocation[]> {
    return this.revocations.find({ where: { id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  /** Revocations in force at `now`. */
  active(now: Date): Promise<Revocation[]> {
    return this.revocations.find({ where: [{ until: IsNull() }, { until: MoreThan(now) }] });
  }
}
