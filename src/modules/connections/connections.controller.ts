import { Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AppError } from '../../common/errors/app-error.js';
import { ApiProblems } from '../../common/http/api-problems.js';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { keyset, toPage } from '../../common/http/cursor.js';
import { NoContent } from '../../common/http/outcomes.js';
import { Authenticated } from '../auth/authenticated.decorator.js';
import { ConnectionDirectory } from '../realtime/connection-directory.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { ConnectionDto, ConnectionPage, ConnectionQuery } from './dto/connection.dto.js';

@ApiV1Controller('connections')
export class ConnectionsController {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly node: NodeIdentity,
  ) {}

  @Get()
  @Authenticated('admin')
  @ApiOperation({ summary: 'Live connections over all protocols, in the order they came' })
  list(@Query() query: ConnectionQuery): ConnectionPage {
    const { name } = this.node;
    if (query.node !== undefined && query.node !== name) return { items: [], nextCursor: null };
    const { afterId, take } = keyset(query);
    const rows = this.directory.list(query, afterId, take).map((connection) => ({ id: connection.serial, connection }));
    return toPage(rows, query.limit, ({ connection }) => ConnectionDto.from(connection, name));
  }

  @Delete(':id')
  @NoContent('The connection is closed.')
  @Authenticated('admin')
  @ApiOperation({ summary: 'Close a connection' })
  @ApiProblems(404)
  delete(@Param('id') id: string): void {
    const [node, serial] = id.split('-');
    const connection = node === this.node.name ? this.directory.find(parseInt(serial ?? '', 36)) : undefined;
    if (connection === undefined) throw new AppError('not_found', 'There is no such connection.');
    connection.revoke();
  }
}
