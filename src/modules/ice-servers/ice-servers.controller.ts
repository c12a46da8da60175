import { Get, Header } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { type BearerPrincipal } from '../auth/principals/bearer-principal.js';
import { AnyBearer } from '../auth/access/authenticated.decorator.js';
import { CurrentBearer } from '../auth/access/current-bearer.decorator.js';
import { IceServersDto } from './dto/ice-servers.dto.js';
import { IceServers } from './ice-servers.service.js';

@ApiV1Controller('ice-servers')
export class IceServersController {
  constructor(private readonly iceServers: IceServers) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @AnyBearer()
  @ApiOperation({ summary: 'STUN and TURN servers with fresh credentials, for an account, a device or a lobby token' })
  get(@CurrentBearer() bearer: BearerPrincipal): IceServersDto {
    return this.iceServers.configuration(bearer.id);
  }
}
