import { Body, Delete, Get, HttpCode, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../common/http/dto.js';
import { currentRequest } from '../../common/context/request-context.js';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../common/http/problems/outcomes.js';
import { SearchQuery } from '../../common/http/paging/page.dto.js';
import { PathId } from '../../common/http/paths/path-id.js';
import { Authenticated, MaybeAuthenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import { UserDto } from '../auth/dto/user.dto.js';
import { type Actor } from '../auth/principals/machine-key-principal.js';
import { type UserPrincipal } from '../auth/principals/user-principal.js';
import { Accounts } from './accounts.service.js';
import {
  AccountPage,
  ChangePasswordRequest,
  CreateAccountRequest,
  TemporaryPasswordDto,
  UpdateAccountRequest,
  UpdateProfileRequest,
} from './dto/account.dto.js';

@ApiV1Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Post()
  @Creates(UserDto, 'accounts/{id}')
  @MaybeAuthenticated()
  @ApiOperation({ summary: 'Make an account; open to anyone if registration is open, otherwise to admins' })
  @ApiProblems('already_exists', 'registration_closed')
  async create(@CurrentPrincipal() actor: Actor | undefined, @Body() body: CreateAccountRequest): Promise<UserDto> {
    return toDto(UserDto, await this.accounts.create(actor, body, currentRequest()?.address ?? ''));
  }

  @Get('me')
  @Authenticated('user')
  @ApiOperation({ summary: "The caller's own account" })
  async getMe(@CurrentPrincipal() { userId }: UserPrincipal): Promise<UserDto> {
    return toDto(UserDto, await this.accounts.get(userId));
  }

  @Patch('me')
  @Authenticated('user')
  @ApiOperation({ summary: "Change the caller's own profile" })
  async updateMe(
    @CurrentPrincipal() { userId }: UserPrincipal,
    @Body() { firstName, lastName, birthday }: UpdateProfileRequest,
  ): Promise<UserDto> {
    return toDto(UserDto, await this.accounts.change(userId, { firstName, lastName, birthday }));
  }

  @Delete('me')
  @NoContent('The account is removed, with its logins.')
  @Authenticated('user')
  @ApiOperation({ summary: "Remove the caller's own account" })
  @ApiProblems('last_admin')
  async deleteMe(@CurrentPrincipal() { userId }: UserPrincipal): Promise<void> {
    await this.accounts.remove(userId);
  }

  @Put('me/password')
  @NoContent('The password is changed; all other logins have ended.')
  @Authenticated('user')
  @ApiOperation({ summary: "Change the caller's own password" })
  @ApiProblems('invalid_credentials', 'no_password', 'password_sign_in_off')
  async changePassword(
    @CurrentPrincipal() principal: UserPrincipal,
    @Body() { currentPassword, newPassword }: ChangePasswordRequest,
  ): Promise<void> {
    await this.accounts.changePassword(principal, currentPassword, newPassword, currentRequest()?.address ?? '');
  }

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List accounts, or find them by email and name' })
  async list(@Query() query: SearchQuery): Promise<AccountPage> {
    return toDtoPage(UserDto, await this.accounts.list(query));
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One account' })
  @ApiProblems(404)
  async get(@PathId() id: number): Promise<UserDto> {
    return toDto(UserDto, await this.accounts.get(id));
  }

  @Patch(':id')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Change an account, its role, or disable it' })
  @ApiProblems(404, 'last_admin')
  async update(
    @PathId() id: number,
    @Body() { firstName, lastName, birthday, role, disabled }: UpdateAccountRequest,
  ): Promise<UserDto> {
    return toDto(UserDto, await this.accounts.change(id, { firstName, lastName, birthday, role, disabled }));
  }

  @Delete(':id')
  @NoContent('The account is removed, with its logins.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Remove an account' })
  @ApiProblems(404, 'last_admin')
  async delete(@PathId() id: number): Promise<void> {
    await this.accounts.remove(id);
  }

  @Post(':id/password-reset')
  @HttpCode(200)
  @Authenticated('admin')
  @ApiOperation({ summary: 'Give an account a temporary password; ends all its logins' })
  @ApiProblems(404, 'password_sign_in_off')
  async resetPassword(@PathId() id: number): Promise<TemporaryPasswordDto> {
    return { temporaryPassword: await this.accounts.resetPassword(id) };
  }
}
