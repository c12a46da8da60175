import { Body, Delete, Get, HttpCode, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { invalidInput } from '../../../common/http/input/input.pipe.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { normalizeEmail } from '../../../common/security/email.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { AccountPrincipal } from '../../auth/principals/device-principal.js';
import type { UserPrincipal } from '../../auth/principals/user-principal.js';
import { MemberPath, type MemberRef } from '../member-path.js';
import { Conversations } from './conversations.service.js';
import {
  AddParticipantRequest,
  ConversationDto,
  ConversationPage,
  CreateConversationRequest,
  MarkReadRequest,
  ParticipantDto,
  ReadMarkerDto,
  UpdateConversationRequest,
} from './dto/conversation.dto.js';

@ApiV1Controller('', 'conversations')
export class ConversationsController {
  constructor(private readonly conversations: Conversations) {}

  @Post('circles/:id/conversations')
  @Creates(ConversationDto, 'conversations/{id}')
  @Authenticated('user')
  @ApiOperation({ summary: 'Begin a conversation in a circle; its creator is its ADMIN' })
  @ApiProblems(404)
  async create(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { name, memberIds, deviceAccess }: CreateConversationRequest,
  ): Promise<ConversationDto> {
    return ConversationDto.from(await this.conversations.create(principal, id, { name, memberIds, deviceAccess }));
  }

  @Get('circles/:id/conversations')
  @Authenticated('account')
  @ApiOperation({ summary: 'List the conversations of a circle that the account or device takes part in' })
  @ApiProblems(404)
  async list(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Query() query: PageQuery,
  ): Promise<ConversationPage> {
    const { items, nextCursor } = await this.conversations.list(principal, id, query);
    return { items: items.map((state) => ConversationDto.from(state)), nextCursor };
  }

  @Get('conversations/:id')
  @Authenticated('account')
  @ApiOperation({ summary: 'One conversation' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: AccountPrincipal, @PathId() id: number): Promise<ConversationDto> {
    return ConversationDto.from(await this.conversations.get(principal, id));
  }

  @Patch('conversations/:id')
  @Authenticated('user')
  @ApiOperation({ summary: 'Change a conversation; devices that lose access leave at once' })
  @ApiProblems(403, 404)
  async update(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { name, deviceAccess }: UpdateConversationRequest,
  ): Promise<ConversationDto> {
    return ConversationDto.from(await this.conversations.change(principal, id, { name, deviceAccess }));
  }

  @Delete('conversations/:id')
  @NoContent('The conversation is removed, with its messages.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Remove a conversation' })
  @ApiProblems(403, 404)
  async delete(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<void> {
    await this.conversations.remove(principal, id);
  }

  @Post('conversations/:id/members')
  @Creates(ParticipantDto, 'conversations/:id')
  @Authenticated('user')
  @ApiOperation({ summary: 'Bring a member of the circle into a conversation' })
  @ApiProblems(403, 404, 'already_exists')
  async addMember(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { userId, email }: AddParticipantRequest,
  ): Promise<ParticipantDto> {
    if ((userId === undefined) === (email === undefined)) {
      throw invalidInput([{ field: 'userId', message: 'exactly one of userId and email is needed' }]);
    }
    const who = userId === undefined ? { email: normalizeEmail(email ?? '') } : { userId };
    return toDto(ParticipantDto, await this.conversations.invite(principal, id, who));
  }

  @Delete('conversations/:id/members/:userId')
  @NoContent('They no longer take part.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Leave a conversation (`me`), or kick somebody' })
  @ApiProblems(403, 404)
  async deleteMember(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @MemberPath() userId: MemberRef,
  ): Promise<void> {
    await this.conversations.kick(principal, id, userId === 'me' ? principal.userId : userId);
  }

  @Post('conversations/:id/members/:userId/promote')
  @HttpCode(200)
  @Authenticated('user')
  @ApiOperation({ summary: 'Hand ADMIN of a conversation on' })
  @ApiProblems(403, 404)
  async promoteMember(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @PathId('userId') userId: number,
  ): Promise<ParticipantDto> {
    return toDto(ParticipantDto, await this.conversations.promote(principal, id, userId));
  }

  @Put('conversations/:id/read')
  @Authenticated('account')
  @ApiOperation({ summary: 'Move the read marker forward' })
  @ApiProblems(403, 404)
  async markRead(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Body() { messageId }: MarkReadRequest,
  ): Promise<ReadMarkerDto> {
    return { messageId: await this.conversations.markRead(principal, id, messageId) };
  }
}
