import { Controller, Get, Headers, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { currentRequest } from '../../common/context/request-context.js';
import { AppError } from '../../common/errors/app-error.js';
import { RoomStreams } from './room-streams.service.js';

/** Rooms as Server-Sent Events, for frontends that only read. The code is the only credential. */
@ApiExcludeController()
@Controller()
export class RoomStreamsController {
  constructor(private readonly streams: RoomStreams) {}

  @Get('sse/endpoint/:code')
  async open(
    @Param('code') code: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (request.method !== 'GET') throw new AppError('method_not_allowed', 'Allowed here: GET.');
    const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
    await this.streams.open(
      {
        code,
        address: currentRequest()?.address ?? '',
        userAgent: request.headers['user-agent'],
        // Where a polyfill can set no header.
        lastEventId: lastEventId || (query.get('lastEventId') ?? undefined),
        after: query.get('after') ?? undefined,
        epoch: query.get('epoch') ?? undefined,
      },
      response,
    );
  }
}
