import { Body, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { AccountPrincipal } from '../../auth/principals/device-principal.js';
import type { UserPrincipal } from '../../auth/principals/user-principal.js';
import { MemberPath, type MemberRef } from '../member-path.js';
import { Circles } from './circles.service.js';
import {
  ChangePrivilegeRequest,
  CircleDto,
  CirclePage,
  CreateCircleRequest,
  MemberDto,
  MemberPage,
  UpdateCircleRequest,
} from './dto/circle.dto.js';
import { CircleMembers } from './circle-members.service.js';

@ApiV1Controller('circles')
export class CirclesController {
  constructor(
    private readonly circles: Circles,
    private readonly members: CircleMembers,
  ) {}

  @Post()
  @Creates(CircleDto, 'circles/{id}')
  @Authenticated('user')
  @ApiOperation({ summary: 'Make a circle; its creator is its ADMIN' })
  async create(
    @CurrentPrincipal() principal: UserPrincipal,
    @Body() { name }: CreateCircleRequest,
  ): Promise<CircleDto> {
    return toDto(CircleDto, await this.circles.create(principal, name));
  }

  @Get()
  @Authenticated('account')
  @ApiOperation({ summary: 'List the circles of the account or device' })
  async list(@CurrentPrincipal() principal: AccountPrincipal, @Query() query: PageQuery): Promise<CirclePage> {
    return toDtoPage(CircleDto, await this.circles.list(principal, query));
  }

  @Get(':id')
  @Authenticated('account')
  @ApiOperation({ summary: 'One circle' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: AccountPrincipal, @PathId() id: number): Promise<CircleDto> {
    return toDto(CircleDto, await this.circles.get(principal, id));
  }

  @Patch(':id')
  @Authenticated('user')
  @ApiOperation({ summary: 'Change a circle' })
  @ApiProblems(404)
  async update(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { name }: UpdateCircleRequest,
  ): Promise<CircleDto> {
    return toDto(CircleDto, await this.circles.rename(principal, id, name));
  }

  @Delete(':id')
  @NoContent('The circle is removed, with its conversations and devices.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Remove a circle' })
  @ApiProblems(403, 404)
  async delete(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<void> {
    await this.circles.remove(principal, id);
  }

  @Get(':id/members')
  @Authenticated('account')
  @ApiOperation({ summary: 'List the members of a circle' })
  @ApiProblems(404)
  async listMembers(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Query() query: PageQuery,
  ): Promise<MemberPage> {
    return toDtoPage(MemberDto, await this.members.list(principal, id, query));
  }

  @Patch(':id/members/:userId')
  @Authenticated('user')
  @ApiOperation({ summary: 'Give a member another privilege; ADMIN passes from its holder' })
  @ApiProblems(403, 404, 409)
  async updateMember(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @MemberPath() userId: MemberRef,
    @Body() { privilege }: ChangePrivilegeRequest,
  ): Promise<MemberDto> {
    const member = userId === 'me' ? principal.userId : userId;
    return toDto(MemberDto, await this.members.changePrivilege(principal, id, member, privilege));
  }

  @Delete(':id/members/:userId')
  @NoContent('They are no longer a member.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Leave a circle (`me`), or kick a member' })
  @ApiProblems(403, 404)
  async deleteMember(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @MemberPath() userId: MemberRef,
  ): Promise<void> {
    await this.members.kick(principal, id, userId === 'me' ? principal.userId : userId);
  }
}
