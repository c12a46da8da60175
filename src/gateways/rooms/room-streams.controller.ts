import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { currentRequest } from '../../common/context/request-context.js';
import { AppError } from '../../common/errors/app-error.js';
import { isTicket } from '../../modules/auth/tickets/ticket.js';
import { bearerToken } from '../transport/handshake/bearer-token.js';
import { RoomStreams, type StreamRequest } from './room-streams.service.js';

/** Rooms as Server-Sent Events, for read-only frontends: by code, or by token or ticket. */
@ApiExcludeController()
@Controller()
export class RoomStreamsController {
  constructor(private readonly streams: RoomStreams) {}

  @Get('sse/endpoint/:code')
  async byCode(@Param('code') code: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.open({ code }, request, response);
  }

  @Get('sse/room/:name')
  async byName(@Param('name') room: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const ticket = queryOf(request).get('ticket');
    // Credentials that outlive a ticket must stay out of URLs.
    if (ticket !== null && !isTicket(ticket)) throw new AppError('unauthenticated', 'This is not a ticket.');
    await this.open({ room, proof: bearerToken(request.headers) ?? ticket ?? undefined }, request, response);
  }

  private async open(entrance: StreamRequest['entrance'], request: Request, response: Response): Promise<void> {
    if (request.method !== 'GET') throw new AppError('method_not_allowed', 'Allowed here: GET.');
    const query = queryOf(request);
    const lastEventId = request.headers['last-event-id'];
    await this.streams.open(
      {
        entrance,
        address: currentRequest()?.address ?? '',
        userAgent: request.headers['user-agent'],
        // For polyfills that cannot set headers.
        lastEventId: (typeof lastEventId === 'string' ? lastEventId : '') || (query.get('lastEventId') ?? undefined),
        after: query.get('after') ?? undefined,
        epoch: query.get('epoch') ?? undefined,
      },
      response,
    );
  }
}

const queryOf = ({ originalUrl }: Request): URLSearchParams => new URLSearchParams(originalUrl.split('?')[1] ?? '');
