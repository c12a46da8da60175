import { Body, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { UserPrincipal } from '../../auth/principals/user-principal.js';
import { CircleDto, CreateInviteRequest, InviteDto, InvitePage } from './dto/circle.dto.js';
import { Invites } from './invites.service.js';

@ApiV1Controller('', 'invites')
export class InvitesController {
  constructor(private readonly invites: Invites) {}

  @Post('circles/:id/invites')
  @Creates(InviteDto, 'circles/:id/invites')
  @Authenticated('user')
  @ApiOperation({ summary: 'Invite an account to a circle' })
  @ApiProblems(404, 'already_exists')
  async create(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { email }: CreateInviteRequest,
  ): Promise<InviteDto> {
    return toDto(InviteDto, await this.invites.create(principal, id, email));
  }

  @Get('circles/:id/invites')
  @Authenticated('user')
  @ApiOperation({ summary: 'List the pending invitations to a circle' })
  @ApiProblems(404)
  async listOfCircle(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Query() query: PageQuery,
  ): Promise<InvitePage> {
    return toDtoPage(InviteDto, await this.invites.listOfCircle(principal, id, query));
  }

  @Get('invites')
  @Authenticated('user')
  @ApiOperation({ summary: 'List the pending invitations of the account' })
  async list(@CurrentPrincipal() principal: UserPrincipal, @Query() query: PageQuery): Promise<InvitePage> {
    return toDtoPage(InviteDto, await this.invites.listOwn(principal, query));
  }

  @Delete('invites/:id')
  @NoContent('The invitation is removed.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Withdraw a pending invitation, as a member of its circle' })
  @ApiProblems(403, 404)
  async delete(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<void> {
    await this.invites.withdraw(principal, id);
  }

  @Post('invites/:id/accept')
  @HttpCode(200)
  @Authenticated('user')
  @ApiOperation({ summary: 'Join the circle that one is invited to' })
  @ApiProblems(404)
  async accept(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<CircleDto> {
    return toDto(CircleDto, await this.invites.accept(principal, id));
  }

  @Post('invites/:id/decline')
  @NoContent('The invitation is removed.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Decline an invitation' })
  @ApiProblems(404)
  async decline(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<void> {
    await this.invites.decline(principal, id);
  }
}
