import { Body, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathUuid } from '../../../common/http/paths/path-uuid.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import {
  CreateIotaRequest,
  CreateProfileRequest,
  IotaDto,
  IotaPage,
  IotaTokenDto,
  NewIotaDto,
  ProfileDto,
  ProfilePage,
} from './iota.dto.js';
import { OmikronAdmin } from './omikron-admin.service.js';

@ApiV1Controller('omikron/iotas', 'omikron')
export class IotasController {
  constructor(private readonly admin: OmikronAdmin) {}

  @Post()
  @Creates(NewIotaDto, 'omikron/iotas/{iotaId}')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Register a home server; its token is shown only once' })
  @ApiProblems('already_exists')
  async create(@Body() { name, iotaId }: CreateIotaRequest): Promise<NewIotaDto> {
    const { iota, token } = await this.admin.createIota(name, iotaId?.toLowerCase());
    return { ...IotaDto.from({ iota, node: null }), token };
  }

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List home servers' })
  async list(@Query() query: PageQuery): Promise<IotaPage> {
    const { items, nextCursor } = await this.admin.pageIotas(query);
    const states = await Promise.all(items.map((iota) => this.admin.statusOf(iota)));
    return { items: states.map((state) => IotaDto.from(state)), nextCursor };
  }

  @Get(':iotaId')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One home server' })
  @ApiProblems(404)
  async get(@PathUuid('iotaId') iotaId: string): Promise<IotaDto> {
    return IotaDto.from(await this.admin.getIota(iotaId));
  }

  @Delete(':iotaId')
  @NoContent('The home server and its profiles are removed; their sockets are closed.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Remove a home server with its profiles and close their sockets' })
  @ApiProblems(404)
  async delete(@PathUuid('iotaId') iotaId: string): Promise<void> {
    await this.admin.deleteIota(iotaId);
  }

  @Post(':iotaId/token')
  @HttpCode(200)
  @Authenticated('operator')
  @ApiOperation({ summary: 'Replace the token, and close the sockets of the old one' })
  @ApiProblems(404)
  async rotateToken(@PathUuid('iotaId') iotaId: string): Promise<IotaTokenDto> {
    return { iotaId, token: await this.admin.rotateToken(iotaId) };
  }

  @Post(':iotaId/profiles')
  @Creates(ProfileDto, 'omikron/iotas/:iotaId/profiles/{userId}')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Register a user of a home server' })
  @ApiProblems(404, 'already_exists')
  async createProfile(
    @PathUuid('iotaId') iotaId: string,
    @Body() { userId, privateKeyHash }: CreateProfileRequest,
  ): Promise<ProfileDto> {
    return toDto(ProfileDto, await this.admin.createProfile(iotaId, userId.toLowerCase(), privateKeyHash));
  }

  @Get(':iotaId/profiles')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List the users of a home server' })
  @ApiProblems(404)
  async listProfiles(@PathUuid('iotaId') iotaId: string, @Query() query: PageQuery): Promise<ProfilePage> {
    return toDtoPage(ProfileDto, await this.admin.pageProfiles(iotaId, query));
  }

  @Get(':iotaId/profiles/:userId')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One user of a home server' })
  @ApiProblems(404)
  async getProfile(@PathUuid('iotaId') iotaId: string, @PathUuid('userId') userId: string): Promise<ProfileDto> {
    return toDto(ProfileDto, await this.admin.getProfile(iotaId, userId));
  }

  @Delete(':iotaId/profiles/:userId')
  @NoContent('The profile is removed; its sockets are closed.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Remove a user from a home server and close their sockets' })
  @ApiProblems(404)
  async deleteProfile(@PathUuid('iotaId') iotaId: string, @PathUuid('userId') userId: string): Promise<void> {
    await this.admin.deleteProfile(iotaId, userId);
  }
}
