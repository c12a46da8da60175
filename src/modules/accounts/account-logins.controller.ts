import { Delete, Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { type Page } from '../../common/http/paging/cursor.js';
import { NoContent } from '../../common/http/problems/outcomes.js';
import { PageQuery } from '../../common/http/paging/page.dto.js';
import { PathId, PathIdOrAll } from '../../common/http/paths/path-id.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import { Logins } from '../auth/logins/logins.service.js';
import type { Actor } from '../auth/principals/machine-key-principal.js';
import type { UserPrincipal } from '../auth/principals/user-principal.js';
import { Accounts } from './accounts.service.js';
import { AccountLoginDto, AccountLoginPage } from './dto/account-login.dto.js';

/** Where people are signed in, for themselves and for admins. */
@ApiV1Controller('accounts')
export class AccountLoginsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly logins: Logins,
  ) {}

  @Get('me/logins')
  @Authenticated('user')
  @ApiOperation({ summary: 'Where the caller is signed in' })
  listMine(@Query() query: PageQuery, @CurrentPrincipal() principal: UserPrincipal): Promise<AccountLoginPage> {
    return this.page(principal.userId, query, principal.loginId);
  }

  @Delete('me/logins/:loginId')
  @NoContent('It has ended, with its tokens and sockets.')
  @Authenticated('user')
  @ApiOperation({ summary: "End a login of the caller's, or all of them, this one too" })
  @ApiProblems(404)
  async endMine(
    @PathIdOrAll('loginId') loginId: number | 'all',
    @CurrentPrincipal() { userId }: UserPrincipal,
  ): Promise<void> {
    await this.logins.endOf({ kind: 'user', id: userId }, loginId);
  }

  @Get(':id/logins')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Where somebody is signed in' })
  @ApiProblems(404)
  async list(
    @PathId() id: number,
    @Query() query: PageQuery,
    @CurrentPrincipal() actor: Actor,
  ): Promise<AccountLoginPage> {
    await this.accounts.get(id);
    return this.page(id, query, actor.kind === 'user' ? actor.loginId : undefined);
  }

  @Delete(':id/logins/:loginId')
  @NoContent('It has ended, with its tokens and sockets.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'End a login of an account, or all of them' })
  @ApiProblems(404)
  async end(@PathId() id: number, @PathIdOrAll('loginId') loginId: number | 'all'): Promise<void> {
    await this.accounts.get(id);
    await this.logins.endOf({ kind: 'user', id }, loginId);
  }

  private async page(id: number, query: PageQuery, askedBy: number | undefined): Promise<Page<AccountLoginDto>> {
    const { items, nextCursor } = await this.logins.list({ kind: 'user', id }, query);
    return { items: items.map((login) => AccountLoginDto.from(login, askedBy)), nextCursor };
  }
}
