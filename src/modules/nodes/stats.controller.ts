import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { StatsDto } from './dto/stats.dto.js';
import { Nodes } from './nodes.service.js';

@ApiV1Controller('stats', 'nodes')
export class StatsController {
  constructor(private readonly nodes: Nodes) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Sockets and traffic over all nodes: counters and rates' })
  read(): Promise<StatsDto> {
    return this.nodes.stats();
  }
}
