import { Body, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { Creates, NoContent } from '../../../common/http/problems/outcomes.js';
import { PageQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { UserPrincipal } from '../../auth/principals/user-principal.js';
import { Devices } from './devices.service.js';
import {
  CircleDeviceDto,
  CircleDevicePage,
  CreateDeviceRequest,
  DevicePasswordDto,
  NewDeviceDto,
  UpdateDeviceRequest,
} from './dto/circle-device.dto.js';

@ApiV1Controller('', 'devices')
export class DevicesController {
  constructor(private readonly devices: Devices) {}

  @Post('circles/:id/devices')
  @Creates(NewDeviceDto, 'devices/{id}')
  @Authenticated('user')
  @ApiOperation({ summary: 'Make a device of a circle; its password is shown only once' })
  @ApiProblems(403, 404)
  async create(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { name }: CreateDeviceRequest,
  ): Promise<NewDeviceDto> {
    const { device, password } = await this.devices.create(principal, id, name);
    return { ...CircleDeviceDto.of({ device, isOnline: false }), password };
  }

  @Get('circles/:id/devices')
  @Authenticated('user')
  @ApiOperation({ summary: 'List the devices of a circle' })
  @ApiProblems(403, 404)
  async list(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Query() query: PageQuery,
  ): Promise<CircleDevicePage> {
    const { items, nextCursor } = await this.devices.list(principal, id, query);
    return { items: items.map((state) => CircleDeviceDto.of(state)), nextCursor };
  }

  @Get('devices/:id')
  @Authenticated('user')
  @ApiOperation({ summary: 'One device' })
  @ApiProblems(403, 404)
  async get(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<CircleDeviceDto> {
    return CircleDeviceDto.of(await this.devices.get(principal, id));
  }

  @Patch('devices/:id')
  @Authenticated('user')
  @ApiOperation({ summary: 'Change a device' })
  @ApiProblems(403, 404)
  async update(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
    @Body() { name }: UpdateDeviceRequest,
  ): Promise<CircleDeviceDto> {
    return CircleDeviceDto.of(await this.devices.rename(principal, id, name));
  }

  @Delete('devices/:id')
  @NoContent('The device is removed; its sockets are closed.')
  @Authenticated('user')
  @ApiOperation({ summary: 'Remove a device' })
  @ApiProblems(403, 404)
  async delete(@CurrentPrincipal() principal: UserPrincipal, @PathId() id: number): Promise<void> {
    await this.devices.remove(principal, id);
  }

  @Post('devices/:id/password')
  @HttpCode(200)
  @Authenticated('user')
  @ApiOperation({ summary: 'Give a device a new password, shown only once; ends its logins' })
  @ApiProblems(403, 404)
  async replacePassword(
    @CurrentPrincipal() principal: UserPrincipal,
    @PathId() id: number,
  ): Promise<DevicePasswordDto> {
    return { password: await this.devices.replacePassword(principal, id) };
  }
}
