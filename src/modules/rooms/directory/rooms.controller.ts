import { Body, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { SearchQuery, PlaceQuery } from '../../../common/http/paging/page.dto.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentApplication } from '../../auth/access/current-application.decorator.js';
import { CreateRoomRequest, RoomDto, RoomPage, RoomPresenceDto, UpdateRoomRequest } from './room.dto.js';
import { Rooms } from './rooms.service.js';

@ApiV1Controller('rooms')
export class RoomsController {
  constructor(private readonly rooms: Rooms) {}

  @Post()
  @Creates(RoomDto, 'rooms/{name}')
  @Authenticated('application')
  @ApiOperation({ summary: 'Make a room' })
  @ApiProblems('already_exists')
  async create(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Body() body: CreateRoomRequest,
  ): Promise<RoomDto> {
    return toDto(RoomDto, await this.rooms.create(applicationId, { ...body }));
  }

  @Get()
  @Authenticated('application')
  @ApiOperation({ summary: 'List rooms, or find them by name' })
  async list(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Query() query: SearchQuery,
  ): Promise<RoomPage> {
    return toDtoPage(RoomDto, await this.rooms.page(applicationId, query));
  }

  @Get(':name')
  @Authenticated('application')
  @ApiOperation({ summary: 'One room' })
  @ApiProblems(404)
  async get(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
  ): Promise<RoomDto> {
    return toDto(RoomDto, await this.rooms.get(applicationId, name));
  }

  @Patch(':name')
  @Authenticated('application')
  @ApiOperation({ summary: 'Change a room; live sockets follow at once' })
  @ApiProblems(404, 'already_exists')
  async update(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Body() body: UpdateRoomRequest,
  ): Promise<RoomDto> {
    return toDto(RoomDto, await this.rooms.update(applicationId, name, { ...body }));
  }

  @Delete(':name')
  @NoContent('The room is removed with its endpoints and messages; its sockets are closed.')
  @Authenticated('application')
  @ApiOperation({ summary: 'Remove a room with its endpoints and close its sockets' })
  @ApiProblems(404)
  async delete(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
  ): Promise<void> {
    await this.rooms.delete(applicationId, name);
  }

  @Get(':name/presence')
  @Authenticated('application')
  @ApiOperation({ summary: 'Who is connected to a room now' })
  @ApiProblems(404)
  async presence(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Query() query: PlaceQuery,
  ): Promise<RoomPresenceDto> {
    return this.rooms.present(applicationId, name, query);
  }
}
