import { Body, Get, Header, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Request } from 'express';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { invalidInput } from '../../../common/http/input/input.pipe.js';
import { memberText } from '../../../common/http/input/raw-body.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentApplication } from '../../auth/access/current-application.decorator.js';
import { HistoryQuery, PublishedDto, PublishToRoomRequest, RoomMessagePage } from './room-message.dto.js';
import { historyJson } from './history-json.js';
import { RoomMessages } from './room-messages.service.js';

const MAX_KEY = 255;

@ApiV1Controller('rooms/:name/messages', 'rooms')
export class RoomMessagesController {
  constructor(private readonly messages: RoomMessages) {}

  @Post()
  @HttpCode(202)
  @Authenticated('application')
  @ApiOperation({ summary: 'Send a message to a room; in a durable room, answered once it is stored' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeating it within 24 hours makes no second message.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_KEY },
  })
  @ApiProblems(404, 'conflict')
  async publish(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Body() { message, identity }: PublishToRoomRequest,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: Request,
  ): Promise<PublishedDto> {
    if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > MAX_KEY)) {
      throw invalidInput([{ field: 'Idempotency-Key', message: `must have 1 to ${MAX_KEY} characters` }]);
    }
    const text = memberText(request, 'message', message);
    return PublishedDto.from(
      await this.messages.publish(application, name, { message: text, identity, idempotencyKey }),
    );
  }

  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @Authenticated('application')
  @ApiOperation({ summary: 'The messages of a durable room, from an offset on' })
  @ApiOkResponse({ type: RoomMessagePage })
  @ApiProblems(404, 'room_not_durable', 'epoch_changed')
  async list(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Query() query: HistoryQuery,
  ): Promise<string> {
    const input = { ...HistoryQuery.position(query), limit: query.limit };
    return historyJson(await this.messages.history(applicationId, name, input));
  }
}
