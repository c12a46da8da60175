import { Body, Delete, Get, Post, Query, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type Request } from 'express';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { RequestPolicy } from '../../../common/http/policy/request-policy.js';
import { AppConfig } from '../../../config/app-config.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import { type Actor } from '../../auth/principals/machine-key-principal.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { CreateLobbyTokenRequest, LobbyTokenDto, LobbyTokenPage, NewLobbyTokenDto } from '../dto/lobby.dto.js';
import { LobbyTokens } from './lobby-tokens.service.js';

@ApiV1Controller('lobby/tokens', 'lobby')
export class LobbyTokensController {
  private readonly policy: RequestPolicy;

  constructor(
    private readonly tokens: LobbyTokens,
    config: AppConfig,
  ) {
    this.policy = new RequestPolicy(config);
  }

  @Post()
  @Creates(NewLobbyTokenDto, 'lobby/tokens/{id}')
  @Authenticated('user')
  @ApiOperation({ summary: 'Make a token, with a link, that admits to the lobby in the name of the caller' })
  async create(
    @CurrentPrincipal() principal: UserPrincipal,
    @Body() body: CreateLobbyTokenRequest,
    @Req() request: Request,
  ): Promise<NewLobbyTokenDto> {
    const made = await this.tokens.create(principal, body);
    return { ...made, link: `${this.policy.baseUrl(request)}/call/#lobby=${made.token}` };
  }

  @Get()
  @Authenticated('userOrKey')
  @ApiOperation({ summary: 'List lobby tokens: all of them with the role viewer or higher, otherwise one’s own' })
  async list(@CurrentPrincipal() principal: Actor, @Query() query: PageQuery): Promise<LobbyTokenPage> {
    return toDtoPage(LobbyTokenDto, await this.tokens.page(principal, query));
  }

  @Get(':id')
  @Authenticated('userOrKey')
  @ApiOperation({ summary: 'One lobby token, without its secret' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: Actor, @PathId() id: number): Promise<LobbyTokenDto> {
    return toDto(LobbyTokenDto, await this.tokens.get(principal, id));
  }

  @Delete(':id')
  @NoContent('The token no longer admits anybody, and connections admitted with it have been closed.')
  @Authenticated('userOrKey')
  @ApiOperation({ summary: 'Delete a lobby token' })
  @ApiProblems(404)
  async delete(@CurrentPrincipal() principal: Actor, @PathId() id: number): Promise<void> {
    await this.tokens.delete(principal, id);
  }
}
