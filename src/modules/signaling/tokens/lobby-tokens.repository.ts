import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, type FindOptionsWhere, LessThan, MoreThan, Repository } from 'typeorm';
import { LobbyToken } from '../../../entities/signaling/lobby-token.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';

export type NewLobbyToken = Pick<LobbyToken, 'userId' | 'digest' | 'name' | 'uses' | 'expiresAt'>;

/** A token that still admits. */
export type ValidLobbyToken = Pick<LobbyToken, 'id' | 'userId' | 'name' | 'usesLeft' | 'expiresAt'>;

/** The tokens and accounts that still admit their peers. */
export interface Standing {
  readonly tokens: ReadonlySet<number>;
  readonly users: ReadonlySet<number>;
}

@Injectable()
export class LobbyTokensRepository {
  constructor(
    @InjectRepository(LobbyToken) private readonly tokens: Repository<LobbyToken>,
    private readonly audit: AuditLog,
  ) {}

  create(token: NewLobbyToken): Promise<LobbyToken> {
    return this.audit.makeRow('lobby.create-token', 'lobbyToken', { ...token, usesLeft: token.uses });
  }

  /** The token if it admits somebody at `now`: not expired, not used up, its account enabled. */
  async findValid(digest: Buffer, now: Date): Promise<ValidLobbyToken | undefined> {
    const token = await this.tokens
      .createQueryBuilder('t')
      .innerJoin('t.user', 'u')
      .where('t.digest = :digest AND t.expires_at > :now AND NOT u.disabled', { digest, now })
      .andWhere('(t.uses_left IS NULL OR t.uses_left > 0)')
      .getOne();
    return token ?? undefined;
  }

  /** Takes one of the token's remaining uses. @returns false when there was none left */
  async use(id: number): Promise<boolean> {
    const { affected } = await this.tokens
      .createQueryBuilder()
      .update()
      .set({ usesLeft: () => 'uses_left - 1' })
      .where('id = :id AND uses_left > 0', { id })
      .execute();
    return affected === 1;
  }

  /** @param userId the owner; `undefined` = anybody */
  async find(id: number, userId: number | undefined): Promise<LobbyToken | undefined> {
    return (await this.tokens.findOneBy({ id, ...(userId !== undefined && { userId }) })) ?? undefined;
  }

  /** @param userId the owner; `undefined` = everybody */
  page(userId: number | undefined, afterId: number, take: number): Promise<LobbyToken[]> {
    const where = { id: MoreThan(afterId), ...(userId !== undefined && { userId }) };
    return this.tokens.find({ where, order: { id: 'ASC' }, take });
  }

  /** @param userId the owner; `undefined` = anybody. @returns its digest; `undefined` when there was no such token */
  async delete(id: number, userId: number | undefined): Promise<Buffer | undefined> {
    return this.audit.remove('lobby.delete-token', ['lobbyToken', id], async () => {
      const where = { id, ...(userId !== undefined && { userId }) };
      return (await deleteTokens(this.tokens.manager, where))[0];
    });
  }

  /** Those of the tokens that exist, and those of the accounts that are enabled. */
  async standing(tokenIds: readonly number[], userIds: readonly number[]): Promise<Standing> {
    const rows: { token: number | null; user: number | null }[] = await this.tokens.query(
      `SELECT "id" AS "token", NULL AS "user" FROM "lobby_tokens" WHERE "id" = ANY ($1)
       UNION ALL SELECT NULL, "id" FROM "users" WHERE "id" = ANY ($2) AND NOT "disabled"`,
      [tokenIds, userIds],
    );
    return {
      tokens: new Set(rows.flatMap(({ token }) => token ?? [])),
      users: new Set(rows.flatMap(({ user }) => user ?? [])),
    };
  }

  async deleteExpired(now: Date): Promise<void> {
    await this.tokens.delete({ expiresAt: LessThan(now) });
  }
}

/** @returns the digests of the deleted tokens */
export async function deleteTokens(manager: EntityManager, where: FindOptionsWhere<LobbyToken>): Promise<Buffer[]> {
  const result = await manager
    .createQueryBuilder()
    .delete()
    .from(LobbyToken)
    .where(where)
    .returning('digest')
    .execute();
  return (result.raw as { digest: Buffer }[]).map(({ digest }) => digest);
}
