import { Delete, Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDtoPage } from '../../../common/http/dto.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { type Page } from '../../../common/http/paging/cursor.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { NoContent } from '../../../common/http/problems/outcomes.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Actor } from '../../auth/principals/machine-key-principal.js';
import type { UserPrincipal } from '../../auth/principals/user-principal.js';
import { Accounts } from '../accounts.service.js';
import { AccountIdentityDto, AccountIdentityPage } from '../dto/account-identity.dto.js';
import { AccountIdentities } from './account-identities.service.js';

/** Under which identities providers know people, for themselves and for admins. */
@ApiV1Controller('accounts')
export class AccountIdentitiesController {
  constructor(
    private readonly accounts: Accounts,
    private readonly identities: AccountIdentities,
  ) {}

  @Get('me/identities')
  @Authenticated('user')
  @ApiOperation({ summary: 'The identities of the caller at identity providers' })
  listMine(@Query() query: PageQuery, @CurrentPrincipal() { userId }: UserPrincipal): Promise<AccountIdentityPage> {
    return this.page(userId, query);
  }

  @Delete('me/identities/:identityId')
  @NoContent('It can no longer be used to sign in to the account; logins that began with it have ended.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Unlink an identity of the caller, who then signs in with a password' })
  @ApiProblems(404, 'last_sign_in')
  unlinkMine(@PathId('identityId') identityId: number, @CurrentPrincipal() { userId }: UserPrincipal): Promise<void> {
    return this.identities.unlink(userId, identityId, true);
  }

  @Get(':id/identities')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'The identities of an account at identity providers' })
  @ApiProblems(404)
  async list(@PathId() id: number, @Query() query: PageQuery): Promise<AccountIdentityPage> {
    await this.accounts.get(id);
    return this.page(id, query);
  }

  @Delete(':id/identities/:identityId')
  @NoContent('It can no longer be used to sign in to the account; logins that began with it have ended.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Unlink an identity from an account' })
  @ApiProblems(404, 'last_sign_in')
  unlink(
    @PathId() id: number,
    @PathId('identityId') identityId: number,
    @CurrentPrincipal() actor: Actor,
  ): Promise<void> {
    return this.identities.unlink(id, identityId, actor.kind === 'user' && actor.userId === id);
  }

  private async page(id: number, query: PageQuery): Promise<Page<AccountIdentityDto>> {
    return toDtoPage(AccountIdentityDto, await this.identities.list(id, query));
  }
}
