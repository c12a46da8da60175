import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { PlaceQuery } from '../../common/http/paging/page.dto.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { LobbyPage, LobbyPeerDto } from './dto/lobby.dto.js';
import { LobbyDirectory } from './lobby-directory.service.js';

@ApiV1Controller('lobby')
export class LobbyController {
  constructor(private readonly lobby: LobbyDirectory) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Peers in the signaling lobby, in the order in which they connected' })
  async list(@Query() query: PlaceQuery): Promise<LobbyPage> {
    const { items, nextCursor } = await this.lobby.page(query);
    return { items: items.map((peer) => LobbyPeerDto.from(peer)), nextCursor };
  }
}
