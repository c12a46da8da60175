import { Body, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentApplication } from '../../auth/access/current-application.decorator.js';
import { CreateTokenIssuerRequest, TokenIssuerDto, TokenIssuerPage } from './token-issuer.dto.js';
import { TokenIssuers } from './token-issuers.service.js';

type Caller = ApplicationPrincipal | undefined;

@ApiV1Controller('applications/:id/token-issuers', 'applications')
export class TokenIssuersController {
  constructor(private readonly issuers: TokenIssuers) {}

  @Post()
  @Creates(TokenIssuerDto, 'applications/:id/token-issuers/{id}')
  @Authenticated('adminOrApplication')
  @ApiOperation({ summary: 'Register an issuer whose JWTs admit to the rooms of the application' })
  @ApiProblems(404, 'already_exists')
  async create(
    @CurrentApplication() caller: Caller,
    @PathId() id: number,
    @Body() body: CreateTokenIssuerRequest,
  ): Promise<TokenIssuerDto> {
    return toDto(TokenIssuerDto, await this.issuers.create(caller, id, body));
  }

  @Get()
  @Authenticated('viewerOrApplication')
  @ApiOperation({ summary: 'List the token issuers of an application, without secrets' })
  @ApiProblems(404)
  async list(
    @CurrentApplication() caller: Caller,
    @PathId() id: number,
    @Query() query: PageQuery,
  ): Promise<TokenIssuerPage> {
    return toDtoPage(TokenIssuerDto, await this.issuers.page(caller, id, query));
  }

  @Get(':issuerId')
  @Authenticated('viewerOrApplication')
  @ApiOperation({ summary: 'One token issuer, without its secret' })
  @ApiProblems(404)
  async get(
    @CurrentApplication() caller: Caller,
    @PathId() id: number,
    @PathId('issuerId') issuerId: number,
  ): Promise<TokenIssuerDto> {
    return toDto(TokenIssuerDto, await this.issuers.get(caller, id, issuerId));
  }

  @Delete(':issuerId')
  @NoContent('Its tokens are no longer valid; connections admitted with them have been closed.')
  @Authenticated('adminOrApplication')
  @ApiOperation({ summary: 'Remove a token issuer and close the sockets of its tokens' })
  @ApiProblems(404)
  async delete(
    @CurrentApplication() caller: Caller,
    @PathId() id: number,
    @PathId('issuerId') issuerId: number,
  ): Promise<void> {
    await this.issuers.delete(caller, id, issuerId);
  }
}
