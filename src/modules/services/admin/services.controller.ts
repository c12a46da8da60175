import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiParam } from '@nestjs/swagger';
import { type Request } from 'express';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { SearchQuery, PlaceQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { memberText } from '../../../common/http/input/raw-body.js';
import { hasRole } from '../../../common/security/role.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Actor } from '../../auth/principals/machine-key-principal.js';
import {
  CreateServiceRequest,
  DeliveredDto,
  NewServiceDto,
  PublishToServiceRequest,
  RotatedTokenDto,
  RotateTokenRequest,
  ServiceDto,
  ServicePage,
  UpdateServiceRequest,
} from './dto/service.dto.js';
import { ServiceSessionDto, ServiceSessionPage } from './dto/service-session.dto.js';
import { ServiceAdmin } from './service-admin.service.js';
import { ServiceRelay } from '../sessions/service-relay.service.js';

@ApiV1Controller('services')
export class ServicesController {
  constructor(
    private readonly services: ServiceAdmin,
    private readonly relay: ServiceRelay,
  ) {}

  @Post()
  @Creates(NewServiceDto, 'services/{id}')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Make a service; its tokens are shown only once' })
  @ApiProblems('already_exists')
  async create(@Body() body: CreateServiceRequest): Promise<NewServiceDto> {
    const { service, hostToken, clientToken } = await this.services.create({ ...body });
    return { ...toDto(ServiceDto, service), hostToken, clientToken };
  }

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List services, or find them by title' })
  async list(@Query() query: SearchQuery): Promise<ServicePage> {
    return toDtoPage(ServiceDto, await this.services.page(query));
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One service' })
  @ApiProblems(404)
  async get(@PathId() id: number): Promise<ServiceDto> {
    return toDto(ServiceDto, await this.services.get(id));
  }

  @Patch(':id')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Change a service; live sockets follow at once' })
  @ApiProblems(404, 'already_exists')
  async update(@PathId() id: number, @Body() body: UpdateServiceRequest): Promise<ServiceDto> {
    return toDto(ServiceDto, await this.services.update(id, { ...body }));
  }

  @Delete(':id')
  @NoContent('The service is removed; its sockets are closed.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Remove a service and close its sockets' })
  @ApiProblems(404)
  async delete(@PathId() id: number): Promise<void> {
    await this.services.delete(id);
  }

  @Post(':id/tokens/rotate')
  @HttpCode(200)
  @Authenticated('operator')
  @ApiOperation({ summary: 'Replace the token, and close the sockets of the old one' })
  @ApiProblems(404)
  async rotateToken(@PathId() id: number, @Body() { role }: RotateTokenRequest): Promise<RotatedTokenDto> {
    return { role, token: await this.services.rotate(id, role) };
  }

  @Get(':id/sessions')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Live sessions of a service' })
  @ApiProblems(404)
  async listSessions(
    @PathId() id: number,
    @Query() query: PlaceQuery,
    @CurrentPrincipal() actor: Actor,
  ): Promise<ServiceSessionPage> {
    // A code admits whoever knows it, who could then listen in; viewers get none.
    const showsCodes = actor.kind === 'machineKey' || hasRole(actor.role, 'operator');
    const { items, nextCursor } = await this.services.listSessions(id, query);
    return { items: items.map((session) => ServiceSessionDto.from(session, showsCodes)), nextCursor };
  }

  @Delete(':id/sessions/:code')
  @NoContent('The session has ended; its host and guests are disconnected.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'End a live session' })
  @ApiParam({ name: 'code', description: "The session's code or its id.", example: 'HRSC' })
  @ApiProblems(404)
  async endSession(@PathId() id: number, @Param('code') code: string): Promise<void> {
    await this.services.endSession(id, code);
  }

  @Post(':id/messages')
  @HttpCode(202)
  @Authenticated('operator')
  @ApiOperation({ summary: 'Send a message to the sockets of a service' })
  @ApiProblems(404)
  async publish(
    @PathId() id: number,
    @Body() { message, to = 'all' }: PublishToServiceRequest,
    @Req() request: Request,
  ): Promise<DeliveredDto> {
    await this.services.get(id);
    return { delivered: await this.relay.publish(id, memberText(request, 'message', message), to) };
  }
}
