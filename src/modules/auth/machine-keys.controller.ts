import { Body, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { PageQuery } from '../../common/http/paging/page.dto.js';
import { PathId } from '../../common/http/paths/path-id.js';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { Creates, NoContent } from '../../common/http/problems/outcomes.js';
import { Authenticated } from './access/authenticated.decorator.js';
import { CurrentPrincipal } from './access/current-principal.decorator.js';
import {
  CreateMachineKeyRequest,
  MachineKeyDto,
  MachineKeyPage,
  NewMachineKeyDto,
  RotateMachineKeyRequest,
} from './dto/machine-key.dto.js';
import { MachineKeys } from './machine-keys/machine-keys.service.js';
import type { Actor } from './principals/machine-key-principal.js';

@ApiV1Controller('machine-keys')
export class MachineKeysController {
  constructor(private readonly keys: MachineKeys) {}

  @Post()
  @Creates(NewMachineKeyDto, 'machine-keys/{id}')
  @Authenticated('admin')
  @ApiOperation({
    summary: 'Make a machine key, which is shown only once; a key cannot make one that may do more than itself',
  })
  async create(@CurrentPrincipal() actor: Actor, @Body() body: CreateMachineKeyRequest): Promise<NewMachineKeyDto> {
    const { made, key } = await this.keys.create(actor, body);
    return { ...MachineKeyDto.from(made), key };
  }

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List machine keys, including expired ones' })
  async list(@Query() query: PageQuery): Promise<MachineKeyPage> {
    const { items, nextCursor } = await this.keys.page(query);
    return { items: items.map((key) => MachineKeyDto.from(key)), nextCursor };
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One machine key, without its secret' })
  @ApiProblems(404)
  async get(@PathId() id: number): Promise<MachineKeyDto> {
    return MachineKeyDto.from(await this.keys.get(id));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Authenticated('admin')
  @ApiOperation({ summary: 'Replace the secret; the old one stays valid for the requested time' })
  @ApiProblems(404)
  async rotate(
    @CurrentPrincipal() actor: Actor,
    @PathId() id: number,
    @Body() { overlapSeconds }: RotateMachineKeyRequest,
  ): Promise<NewMachineKeyDto> {
    const { made, key } = await this.keys.rotate(actor, id, overlapSeconds);
    return { ...MachineKeyDto.from(made), key };
  }

  @Delete(':id')
  @NoContent('The key is no longer valid.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Delete a machine key' })
  @ApiProblems(404)
  async delete(@PathId() id: number): Promise<void> {
    await this.keys.delete(id);
  }
}
