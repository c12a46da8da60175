import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { keyset, type Page, toPage } from '../../common/http/cursor.js';
import { ConnectionDirectory } from '../realtime/connection-directory.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { ConnectionDto, type ConnectionQuery } from './dto/connection.dto.js';

/** Shows admins who is connected, and closes what they want closed. */
@Injectable()
export class Connections {
  private readonly logger = new Logger(Connections.name);

  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly node: NodeIdentity,
  ) {}

  page(query: ConnectionQuery): Page<ConnectionDto> {
    const { name } = this.node;
    if (query.node !== undefined && query.node !== name) return { items: [], nextCursor: null };
    const { afterId, take } = keyset(query);
    const rows = this.directory.list(query, afterId, take).map((connection) => ({ id: connection.serial, connection }));
    return toPage(rows, query.limit, ({ connection }) => ConnectionDto.from(connection, name));
  }

  /** @throws AppError `not_found` when it is not connected, or not any more */
  close(id: string, by: number): void {
    const [node, serial] = id.split('-');
    const connection = node === this.node.name ? this.directory.find(parseInt(serial ?? '', 36)) : undefined;
    if (connection === undefined) throw new AppError('not_found', 'There is no such connection.');
    this.logger.log({ msg: 'connection closed by an admin', connectionId: connection.id, by });
    connection.revoke();
  }
}
