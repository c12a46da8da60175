import { Body, Delete, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Response } from 'express';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { AccountPrincipal } from '../../auth/principals/device-principal.js';
import { EditMessageRequest, MessageDto, MessagePage, MessageQuery, SendMessageRequest } from './dto/message.dto.js';
import { Messages } from './messages.service.js';

@ApiV1Controller('', 'messages')
export class MessagesController {
  constructor(private readonly messages: Messages) {}

  @Post('conversations/:id/messages')
  @Creates(MessageDto, 'conversations/:id/messages')
  @ApiOkResponse({ type: MessageDto, description: 'The same `clientMessageId` was used before: the earlier message.' })
  @Authenticated('account')
  @ApiOperation({ summary: 'Write a message' })
  @ApiProblems(404, 409)
  async create(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Body() { text = '', files = [], clientMessageId }: SendMessageRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageDto> {
    const { message, created } = await this.messages.send(principal, id, {
      text,
      files,
      clientMessageId: clientMessageId ?? null,
    });
    if (!created) response.status(200);
    return MessageDto.from(message);
  }

  @Get('conversations/:id/messages')
  @Authenticated('account')
  @ApiOperation({ summary: 'List messages: the newest first, or ascending after one; or search them' })
  @ApiProblems(404)
  async list(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Query() query: MessageQuery,
  ): Promise<MessagePage> {
    const { items, nextCursor } = await this.messages.list(principal, id, query);
    return { items: items.map((message) => MessageDto.from(message)), nextCursor };
  }

  @Patch('messages/:id')
  @Authenticated('account')
  @ApiOperation({ summary: 'Change the text of a message of one’s own' })
  @ApiProblems(403, 404)
  async update(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Body() { text }: EditMessageRequest,
  ): Promise<MessageDto> {
    return MessageDto.from(await this.messages.edit(principal, id, text));
  }

  @Delete('messages/:id')
  @NoContent('The message is removed, with its media.')
  @Authenticated('account')
  @ApiOperation({ summary: 'Delete a message of one’s own' })
  @ApiProblems(403, 404)
  async delete(@CurrentPrincipal() principal: AccountPrincipal, @PathId() id: number): Promise<void> {
    await this.messages.remove(principal, id);
  }
}
