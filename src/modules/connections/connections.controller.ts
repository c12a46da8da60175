import { Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { NoContent } from '../../common/http/problems/outcomes.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { UserPrincipal } from '../auth/principals/user-principal.js';
import { Connections } from './connections.service.js';
import { ConnectionPage, ConnectionQuery } from './dto/connection.dto.js';

@ApiV1Controller('connections')
export class ConnectionsController {
  constructor(private readonly connections: Connections) {}

  @Get()
  @Authenticated('admin')
  @ApiOperation({ summary: 'Live connections over all protocols and nodes, in the order they came' })
  list(@Query() query: ConnectionQuery): Promise<ConnectionPage> {
    return this.connections.page(query);
  }

  @Delete(':id')
  @NoContent('The connection is closed.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Close a connection, on whichever node it is' })
  @ApiProblems(404)
  async delete(@Param('id') id: string, @CurrentPrincipal() admin: UserPrincipal): Promise<void> {
    await this.connections.close(id, admin.userId);
  }
}
