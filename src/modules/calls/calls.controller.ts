import { Delete, Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { NoContent } from '../../common/http/problems/outcomes.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { toPage } from '../../common/http/paging/cursor.js';
import { PathId } from '../../common/http/paths/path-id.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import { type Actor } from '../auth/principals/machine-key-principal.js';
import { Calls } from './calls.service.js';
import { CallDto, CallPage, CallsQuery } from './dto/call.dto.js';

@ApiV1Controller('calls')
export class CallsController {
  constructor(private readonly calls: Calls) {}

  @Get()
  @Authenticated('userOrKey')
  @ApiOperation({
    summary: 'List calls, the newest first: all of them with the role viewer or higher, otherwise one’s own',
  })
  async list(@CurrentPrincipal() principal: Actor, @Query() query: CallsQuery): Promise<CallPage> {
    return toPage(await this.calls.page(principal, query), query.limit, (call) => CallDto.from(call));
  }

  @Get(':id')
  @Authenticated('userOrKey')
  @ApiOperation({ summary: 'One call' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: Actor, @PathId() id: number): Promise<CallDto> {
    return CallDto.from(await this.calls.get(principal, id));
  }

  @Delete(':id')
  @NoContent('The call has ended.')
  @Authenticated('operator')
  @ApiOperation({
    summary: 'End a call that rings or is live, for all who are in it; 409 when it has ended',
    description:
      'Those in it hear of it as their protocol has it: in signaling the others leave, or the invitation expires; in the ' +
      'Omikron the others leave and the socket is closed with 1008.',
  })
  @ApiProblems(404, 409, 'broker_unavailable')
  async delete(@CurrentPrincipal() actor: Actor, @PathId() id: number): Promise<void> {
    await this.calls.end(id, actor);
  }
}
