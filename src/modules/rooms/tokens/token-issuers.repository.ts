import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { AppError } from '../../../common/errors/app-error.js';
import { violatesConstraint } from '../../../common/errors/constraint-violation.js';
import { TokenIssuer } from '../../../entities/rooms/token-issuer.entity.js';

export type NewIssuer = Pick<
  TokenIssuer,
  'applicationId' | 'issuer' | 'algorithm' | 'secretSealed' | 'jwks' | 'jwksUrl'
>;

@Injectable()
export class TokenIssuersRepository {
  constructor(@InjectRepository(TokenIssuer) private readonly issuers: Repository<TokenIssuer>) {}

  /** @throws AppError `already_exists` when the `iss` is taken, `not_found` when the application is gone */
  async create(issuer: NewIssuer): Promise<TokenIssuer> {
    try {
      return await this.issuers.save(this.issuers.create(issuer));
    } catch (error) {
      if (violatesConstraint(error, 'token_issuers_application_id_fkey'))
        throw new AppError('not_found', 'There is no such application.', { cause: error });
      if (!violatesConstraint(error, 'token_issuers_issuer_key')) throw error;
      throw new AppError('already_exists', 'This issuer belongs to an application already.', {
        errors: [{ field: 'issuer', message: 'is taken' }],
        cause: error,
      });
    }
  }

  count(applicationId: number): Promise<number> {
    return this.issuers.countBy({ applicationId });
  }

  page(applicationId: number, afterId: number, take: number): Promise<TokenIssuer[]> {
    return this.issuers.find({ where: { applicationId, id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  async find(applicationId: number, id: number): Promise<TokenIssuer | undefined> {
    return (await this.issuers.findOneBy({ applicationId, id })) ?? undefined;
  }

  async findByIssuer(issuer: string): Promise<TokenIssuer | undefined> {
    return (await this.issuers.findOneBy({ issuer })) ?? undefined;
  }

  exists(id: number): Promise<boolean> {
    return this.issuers.existsBy({ id });
  }
}
