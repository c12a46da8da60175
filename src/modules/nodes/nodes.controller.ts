import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { PlaceQuery } from '../../common/http/paging/page.dto.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { NodeList } from './dto/node.dto.js';
import { Nodes } from './nodes.service.js';

@ApiV1Controller('nodes')
export class NodesController {
  constructor(private readonly nodes: Nodes) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Live nodes with their state, in the order they started' })
  list(@Query() query: PlaceQuery): NodeList {
    return this.nodes.page(query);
  }
}
