import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { MetricsHistoryDto, MetricsHistoryQuery } from './dto/metrics-history.dto.js';
import { MetricsHistory } from './metrics-history.service.js';

@ApiV1Controller('metrics', 'nodes')
export class MetricsHistoryController {
  constructor(private readonly histories: MetricsHistory) {}

  @Get('history')
  @Authenticated('viewer')
  @ApiOperation({
    summary: 'Sockets and traffic of the last hour, in steps of ten seconds',
    description:
      'Each node keeps its own in memory; a restarted node starts over. Longer periods are the job of Prometheus.',
  })
  read(@Query() query: MetricsHistoryQuery): Promise<MetricsHistoryDto> {
    return this.histories.read(query);
  }
}
