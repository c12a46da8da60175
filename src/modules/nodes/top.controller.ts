import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { TopDto, TopQuery } from './dto/top.dto.js';
import { Top } from './top.service.js';

@ApiV1Controller('top', 'nodes')
export class TopController {
  constructor(private readonly top: Top) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'The ten busiest rooms or services of about the last minute' })
  read(@Query() query: TopQuery): Promise<TopDto> {
    return this.top.read(query);
  }
}
