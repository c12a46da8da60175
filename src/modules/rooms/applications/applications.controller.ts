import { Body, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery, SearchQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { Applications } from './applications.service.js';
import {
  ApplicationDto,
  ApplicationKeyDto,
  ApplicationKeyPage,
  ApplicationPage,
  CreateApplicationRequest,
  NewApplicationDto,
  NewApplicationKeyDto,
  UpdateApplicationRequest,
} from './application.dto.js';

@ApiV1Controller('applications')
export class ApplicationsController {
  constructor(private readonly applications: Applications) {}

  @Post()
  @Creates(NewApplicationDto, 'applications/{id}')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Make an application; its first API key is shown only once' })
  @ApiProblems('already_exists')
  async create(@Body() { name }: CreateApplicationRequest): Promise<NewApplicationDto> {
    const { application, apiKey } = await this.applications.create(name);
    return { ...toDto(ApplicationDto, application), apiKey };
  }

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List applications, or find them by name' })
  async list(@Query() query: SearchQuery): Promise<ApplicationPage> {
    return toDtoPage(ApplicationDto, await this.applications.page(query));
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One application' })
  @ApiProblems(404)
  async get(@PathId() id: number): Promise<ApplicationDto> {
    return toDto(ApplicationDto, await this.applications.get(id));
  }

  @Patch(':id')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Rename an application' })
  @ApiProblems(404, 'already_exists')
  async update(@PathId() id: number, @Body() { name }: UpdateApplicationRequest): Promise<ApplicationDto> {
    return toDto(ApplicationDto, await this.applications.rename(id, name));
  }

  @Delete(':id')
  @NoContent('The application is removed with its rooms; their sockets are closed.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Remove an application with its rooms and close their sockets' })
  @ApiProblems(404)
  async delete(@PathId() id: number): Promise<void> {
    await this.applications.delete(id);
  }

  @Post(':id/keys')
  @Creates(NewApplicationKeyDto, 'applications/:id/keys/{id}')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Add an API key, which is shown only once; the others stay valid' })
  @ApiProblems(404)
  async createKey(@PathId() id: number): Promise<NewApplicationKeyDto> {
    const { added, apiKey } = await this.applications.addKey(id);
    return { ...toDto(ApplicationKeyDto, added), apiKey };
  }

  @Get(':id/keys')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List the API keys of an application' })
  @ApiProblems(404)
  async listKeys(@PathId() id: number, @Query() query: PageQuery): Promise<ApplicationKeyPage> {
    return toDtoPage(ApplicationKeyDto, await this.applications.pageOfKeys(id, query));
  }

  @Get(':id/keys/:keyId')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One API key, without its secret' })
  @ApiProblems(404)
  async getKey(@PathId() id: number, @PathId('keyId') keyId: number): Promise<ApplicationKeyDto> {
    return toDto(ApplicationKeyDto, await this.applications.getKey(id, keyId));
  }

  @Delete(':id/keys/:keyId')
  @NoContent('The key is no longer valid, and sockets admitted by its tickets are closed; the endpoints it made stay.')
  @Authenticated('admin')
  @ApiOperation({
    summary: 'Remove an API key and close the sockets of its tickets; the endpoints it made stay, with their sockets',
  })
  @ApiProblems(404)
  async deleteKey(@PathId() id: number, @PathId('keyId') keyId: number): Promise<void> {
    await this.applications.deleteKey(id, keyId);
  }
}
