import { Body, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../common/http/problems/outcomes.js';
import { PageQuery } from '../../common/http/paging/page.dto.js';
import { PathId } from '../../common/http/paths/path-id.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { Actor } from '../auth/principals/machine-key-principal.js';
import { CreateRevocationRequest, RevocationDto, RevocationPage } from './dto/revocation.dto.js';
import { Revocations } from './revocations.service.js';

@ApiV1Controller('revocations')
export class RevocationsController {
  constructor(private readonly revocations: Revocations) {}

  @Post()
  @Creates(RevocationDto, 'revocations/{id}')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Close matching sockets at once and refuse them until it ends' })
  @ApiProblems('conflict', 'unknown_subject')
  create(@Body() body: CreateRevocationRequest, @CurrentPrincipal() actor: Actor): Promise<RevocationDto> {
    return this.revocations.create(body, actor);
  }

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List revocations' })
  list(@Query() query: PageQuery): Promise<RevocationPage> {
    return this.revocations.page(query);
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One revocation' })
  @ApiProblems(404)
  get(@PathId() id: number): Promise<RevocationDto> {
    return this.revocations.get(id);
  }

  @Delete(':id')
  @NoContent('The revocation is lifted; what it refused is admitted again.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Lift a revocation' })
  @ApiProblems(404)
  async delete(@PathId() id: number, @CurrentPrincipal() actor: Actor): Promise<void> {
    await this.revocations.delete(id, actor);
  }
}
