import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { ConfigDto } from './dto/config.dto.js';
import { Settings } from './settings.service.js';

@ApiV1Controller('config')
export class ConfigController {
  constructor(private readonly settings: Settings) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'The settings of the node that answers, by group, and where each comes from' })
  get(): ConfigDto {
    return this.settings.read();
  }
}
