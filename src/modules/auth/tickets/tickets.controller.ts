import { Body, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { invalidInput } from '../../../common/http/input/input.pipe.js';
import { TicketHolder } from '../access/authenticated.decorator.js';
import { CurrentApplication } from '../access/current-application.decorator.js';
import { CurrentBearer } from '../access/current-bearer.decorator.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';
import { type BearerPrincipal } from '../principals/bearer-principal.js';
import { ALL_ROOMS } from './room-rights.js';
import { CreateTicketRequest, TicketDto } from './ticket.dto.js';
import { TICKET_SECONDS, Tickets } from './tickets.service.js';

@ApiV1Controller('tickets')
export class TicketsController {
  constructor(private readonly tickets: Tickets) {}

  @Post()
  @HttpCode(201)
  @ApiResponse({ status: 201, type: TicketDto })
  @TicketHolder()
  @ApiOperation({ summary: 'Make a ticket that lets a browser open one socket or event stream as the caller' })
  async create(
    @CurrentBearer() bearer: BearerPrincipal | undefined,
    @CurrentApplication() application: ApplicationPrincipal | undefined,
    @Body() wish: CreateTicketRequest,
  ): Promise<TicketDto> {
    const ticket = application ? await this.ofApplication(application, wish) : await this.ofBearer(bearer, wish);
    return { ticket, expiresIn: TICKET_SECONDS };
  }

  private ofApplication(
    { applicationId, keyId, label }: ApplicationPrincipal,
    { identity = label, rooms = ALL_ROOMS }: CreateTicketRequest,
  ): Promise<string> {
    return this.tickets.issue('application', { applicationId, keyId, identity, rooms });
  }

  private ofBearer(bearer: BearerPrincipal | undefined, wish: CreateTicketRequest): Promise<string> {
    const faults = Object.entries(wish).filter(([, value]) => value !== undefined);
    if (faults.length > 0) {
      throw invalidInput(faults.map(([field]) => ({ field, message: 'is for applications' })));
    }
    if (bearer === undefined) throw new Error('the guard lets nobody in without saying who it is');
    if (bearer.kind === 'user' || bearer.kind === 'device') {
      const { kind, id, loginId } = bearer;
      return this.tickets.issue('account', { kind, id: Number(id), loginId });
    }
    return this.tickets.issue(bearer.kind, { digest: bearer.tokenDigest });
  }
}
