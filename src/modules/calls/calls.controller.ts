import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { toPage } from '../../common/http/paging/cursor.js';
import { PathId } from '../../common/http/paths/path-id.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import { type UserPrincipal } from '../auth/principals/user-principal.js';
import { Calls } from './calls.service.js';
import { CallDto, CallPage, CallsQuery } from './dto/call.dto.js';

@ApiV1Controller('calls')
export class CallsController {
  constructor(private readonly calls: Calls) {}

  @Get()
  @Authenticated('user')
  @ApiOperation({ summary: 'List calls, the newest first: an admin all of them, a user the own ones' })
  async list(@CurrentPrincipal() principal: UserPrincipal, @Query() query: CallsQuery): Promise<CallPage> {
    return toPage(await this.calls.page(principal, query), query.limit, (call) => CallDto.from(call));
  }

  @Get(':id')
  @Authenticated('user')
  @ApiOperation({ summary: 'One call' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<CallDto> {
    return CallDto.from(await this.calls.get(principal, id));
  }
}
