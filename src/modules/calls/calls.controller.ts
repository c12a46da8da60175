import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
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
  @ApiOperation({ summary: 'List calls, the newest first: all of them from the role viewer on, else the own ones' })
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
}
