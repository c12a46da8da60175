import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { CircleInvite } from '../../../entities/circles/circle-invite.entity.js';

export interface InviteRow {
  readonly id: number;
  readonly circleId: number;
  readonly circleName: string;
  /** Who is invited, normalized. */
  readonly email: string;
  readonly invitedBy: number | null;
  readonly createdAt: Date;
}

const SELECT = `SELECT i."id", i."circle_id" AS "circleId", c."name" AS "circleName", i."email",
    i."invited_by" AS "invitedBy", i."created_at" AS "createdAt"
  FROM "circle_invites" i JOIN "circles" c ON c."id" = i."circle_id"`;

@Injectable()
export class InvitesRepository {
  constructor(@InjectRepository(CircleInvite) private readonly invites: Repository<CircleInvite>) {}

  async find(id: number): Promise<InviteRow | undefined> {
    const rows: InviteRow[] = await this.invites.query(`${SELECT} WHERE i."id" = $1`, [id]);
    return rows[0];
  }

  listOfCircle(circleId: number, afterId: number, take: number): Promise<InviteRow[]> {
    return this.invites.query(`${SELECT} WHERE i."circle_id" = $1 AND i."id" > $2 ORDER BY i."id" LIMIT $3`, [
      circleId,
      afterId,
      take,
    ]);
  }

  /** @param email normalized */
  listOfInvitee(email: string, afterId: number, take: number): Promise<InviteRow[]> {
    return this.invites.query(`${SELECT} WHERE i."email" = $1 AND i."id" > $2 ORDER BY i."id" LIMIT $3`, [
      email,
      afterId,
      take,
    ]);
  }

  /** @returns id of the account with that (normalized) email, if any */
  async findInvitee(email: string): Promise<number | undefined> {
    const rows: { id: number }[] = await this.invites.query(`SELECT "id" FROM "users" WHERE "email" = $1`, [email]);
    return rows[0]?.id;
  }

  /**
   * @param email normalized
   * @returns the invite; `undefined` when they are already a member or invited, or the circle is gone
   */
  create(circleId: number, email: string, invitedBy: number): Promise<InviteRow | undefined> {
    return this.invites.manager.transaction(async (manager) => {
      // The circle's lock keeps this and an acceptance apart.
      const rows: { id: number }[] = await manager.query(
        `WITH circle AS MATERIALIZED (SELECT "id" FROM "circles" WHERE "id" = $1 FOR NO KEY UPDATE)
         INSERT INTO "circle_invites" ("circle_id", "email", "invited_by")
         SELECT "id", $2::varchar, $3 FROM circle
         WHERE NOT EXISTS (SELECT FROM "circle_members" m JOIN "users" u ON u."id" = m."user_id"
           WHERE m."circle_id" = $1 AND u."email" = $2::varchar)
         ON CONFLICT DO NOTHING RETURNING "id"`,
        [circleId, email, invitedBy],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const [invite] = await manager.query<InviteRow[]>(`${SELECT} WHERE i."id" = $1`, [row.id]);
      return invite;
    });
  }

  /** Makes the invited person a member. @returns false when the invite is gone */
  accept(invite: InviteRow, userId: number): Promise<boolean> {
    return this.invites.manager.transaction(async (manager) => {
      await manager.query(`SELECT 1 FROM "circles" WHERE "id" = $1 FOR NO KEY UPDATE`, [invite.circleId]);
      if ((await manager.delete(CircleInvite, { id: invite.id })).affected !== 1) return false;
      await manager.query(
        `INSERT INTO "circle_members" ("circle_id", "user_id", "privilege")
         VALUES ($1, $2, CASE WHEN EXISTS (SELECT FROM "circle_members" WHERE "circle_id" = $1 AND "privilege" = 'ADMIN')
           THEN 'MEMBRE' ELSE 'ADMIN' END) ON CONFLICT DO NOTHING`,
        [invite.circleId, userId],
      );
      return true;
    });
  }

  /** @returns whether there was such an invite */
  async remove(id: number): Promise<boolean> {
    return (await this.invites.delete({ id })).affected === 1;
  }
}
