import { Body, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { toPage } from '../../../common/http/paging/cursor.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentApplication } from '../../auth/access/current-application.decorator.js';
import { CreateEndpointRequest, EndpointDto, EndpointPage, EndpointQuery, ListedEndpointDto } from './endpoint.dto.js';
import { Endpoints } from './endpoints.service.js';
import { ANONYMOUS } from '../room-name.js';

@ApiV1Controller('rooms/:name/endpoints', 'rooms')
export class EndpointsController {
  constructor(private readonly endpoints: Endpoints) {}

  @Post()
  @Creates(EndpointDto, 'rooms/:name/endpoints/{code}')
  @Authenticated('application')
  @ApiOperation({ summary: 'Make an endpoint; its code admits sockets to the room' })
  @ApiProblems(404)
  async create(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Body() { permissions, identity = ANONYMOUS, expiresInSeconds }: CreateEndpointRequest,
  ): Promise<EndpointDto> {
    return toDto(
      EndpointDto,
      await this.endpoints.create(application, name, { permissions, identity, expiresInSeconds }),
    );
  }

  @Get()
  @Authenticated('application')
  @ApiOperation({ summary: 'List the endpoints of a room with their codes' })
  @ApiProblems(404)
  async list(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Query() query: EndpointQuery,
  ): Promise<EndpointPage> {
    const endpoints = await this.endpoints.page(applicationId, name, query);
    return toPage(endpoints, query.limit, (endpoint) => ListedEndpointDto.from(endpoint));
  }

  @Get(':code')
  @Authenticated('application')
  @ApiOperation({ summary: 'One endpoint' })
  @ApiProblems(404)
  async get(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Param('code') code: string,
  ): Promise<ListedEndpointDto> {
    return ListedEndpointDto.from(await this.endpoints.get(applicationId, name, code));
  }

  @Delete(':code')
  @NoContent('The code is no longer valid; its sockets are closed.')
  @Authenticated('application')
  @ApiOperation({ summary: 'Remove an endpoint and close its sockets' })
  @ApiProblems(404)
  async delete(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Param('code') code: string,
  ): Promise<void> {
    await this.endpoints.delete(application, name, code);
  }
}
