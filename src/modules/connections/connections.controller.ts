import { Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { NoContent } from '../../common/http/problems/outcomes.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import { type Actor, nameOf } from '../auth/principals/machine-key-principal.js';
import { Connections } from './connections.service.js';
import { ConnectionDto, ConnectionPage } from './dto/connection.dto.js';
import { ConnectionQuery, ConnectionsToClose, EndedConnectionQuery } from './dto/connection-query.dto.js';
import { EndedConnectionPage } from './dto/ended-connection.dto.js';
import { EndedConnections } from './ended-connections.service.js';

@ApiV1Controller('connections')
export class ConnectionsController {
  constructor(
    private readonly connections: Connections,
    private readonly endedConnections: EndedConnections,
  ) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Live connections over all protocols and nodes, in the order in which they connected' })
  list(@Query() query: ConnectionQuery): Promise<ConnectionPage> {
    return this.connections.page(query);
  }

  @Get('ended')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Connections that have ended, the latest first; each node remembers 1,000' })
  listEnded(@Query() query: EndedConnectionQuery): Promise<EndedConnectionPage> {
    return this.endedConnections.page(query);
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One live connection, on whichever node it is' })
  @ApiProblems(404)
  get(@Param('id') id: string): Promise<ConnectionDto> {
    return this.connections.get(id);
  }

  @Delete()
  @NoContent('The connections are closed.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Close all connections that match, if there are as many as expected (±2 %)' })
  @ApiProblems('count_changed')
  async deleteMatching(@Query() query: ConnectionsToClose, @CurrentPrincipal() actor: Actor): Promise<void> {
    await this.connections.closeMatching(query, nameOf(actor));
  }

  @Delete(':id')
  @NoContent('The connection is closed.')
  @Authenticated('operator')
  @ApiOperation({ summary: 'Close a connection, on whichever node it is' })
  @ApiProblems(404)
  async delete(@Param('id') id: string, @CurrentPrincipal() actor: Actor): Promise<void> {
    await this.connections.close(id, nameOf(actor));
  }
}
