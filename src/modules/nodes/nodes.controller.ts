import { Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { PlaceQuery } from '../../common/http/paging/page.dto.js';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { NoContent } from '../../common/http/problems/outcomes.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import { nameOf } from '../auth/principals/machine-key-principal.js';
import type { Actor } from '../auth/principals/machine-key-principal.js';
import { NodeDetailDto } from './dto/node-detail.dto.js';
import { NodeList } from './dto/node.dto.js';
import { NodeDrain } from './node-drain.service.js';
import { Nodes } from './nodes.service.js';

const NAME = {
  name: 'name',
  description: "The node's id.",
  schema: { type: 'string', example: '9f86d081884c7d65' },
} as const;

@ApiV1Controller('nodes')
export class NodesController {
  constructor(
    private readonly nodes: Nodes,
    private readonly drains: NodeDrain,
  ) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Live nodes with their state, in the order they started' })
  list(@Query() query: PlaceQuery): NodeList {
    return this.nodes.page(query);
  }

  @Get(':name')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One live node, as it reported itself within the last seconds' })
  @ApiParam(NAME)
  @ApiProblems(404, 'broker_unavailable')
  get(@Param('name') name: string): Promise<NodeDetailDto> {
    return this.nodes.get(name);
  }

  @Post(':name/drain')
  @NoContent('It accepts no new connections, and closes the existing ones within `DRAIN_SECONDS`.')
  @Authenticated('admin')
  @ApiOperation({
    summary: 'Take a node out of service',
    description:
      'Its readiness fails, and new sockets and event streams are answered 503 with `Retry-After`. Those it has are told to ' +
      'come back, as at a planned restart, spread over some seconds: 1012, on Socket.IO the end of the transport. It runs on and ' +
      'answers REST until it is taken back or restarted.',
  })
  @ApiParam(NAME)
  @ApiProblems(404, 'broker_unavailable')
  async drain(@Param('name') name: string, @CurrentPrincipal() actor: Actor): Promise<void> {
    await this.drains.order(name, { out: true, by: nameOf(actor) });
  }

  @Delete(':name/drain')
  @NoContent('It accepts connections.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Take a node back into service; 409 when it is stopping' })
  @ApiParam(NAME)
  @ApiProblems(404, 409, 'broker_unavailable')
  async undrain(@Param('name') name: string, @CurrentPrincipal() actor: Actor): Promise<void> {
    await this.drains.order(name, { out: false, by: nameOf(actor) });
  }
}
