import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { CircleMember } from '../../../entities/circles/circle-member.entity.js';

/** The recipient of a call signal. */
export type Target = { readonly kind: 'user' | 'device'; readonly id: number };

@Injectable()
export class TargetsRepository {
  constructor(@InjectRepository(CircleMember) private readonly members: Repository<CircleMember>) {}

  /** @param email normalized */
  async findUserByEmail(email: string): Promise<number | undefined> {
    const rows: { id: number }[] = await this.members.query(`SELECT "id" FROM "users" WHERE "email" = $1`, [email]);
    return rows[0]?.id;
  }

  async exists({ kind, id }: Target): Promise<boolean> {
    const rows: unknown[] = await this.members.query(`SELECT 1 FROM "${kind}s" WHERE "id" = $1`, [id]);
    return rows.length > 0;
  }

  async shareCircle(one: Target, other: Target): Promise<boolean> {
    const circlesOf = ({ kind }: Target, parameter: string) =>
      kind === 'user'
        ? `SELECT "circle_id" FROM "circle_members" WHERE "user_id" = ${parameter}`
        : `SELECT "circle_id" FROM "devices" WHERE "id" = ${parameter}`;
    const rows: unknown[] = await this.members.query(
      `${circlesOf(one, '$1')} INTERSECT ${circlesOf(other, '$2')} LIMIT 1`,
      [one.id, other.id],
    );
    return rows.length > 0;
  }
}
