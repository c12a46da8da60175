import { ApiProperty } from '@nestjs/swagger';
import { ChoiceField, Field, TextField } from '../../../common/http/fields.js';
import { LimitQuery, PageOf } from '../../../common/http/page.dto.js';
import { PROTOCOLS } from '../../realtime/connection.js';
import { type LiveConnection } from '../../realtime/connection-directory.js';
import { decodePlace } from '../connection-place.js';

const MAX_PRINCIPAL = 300;

const MAX_CURSOR = 128;

const cursorFault = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= MAX_CURSOR && decodePlace(value) !== undefined
    ? undefined
    : 'must be a cursor that a list answered';

export class ConnectionQuery extends LimitQuery {
  /** `nextCursor` of the page before. */
  @Field('cursor', cursorFault, { type: 'string', maxLength: MAX_CURSOR }, { optional: true })
  cursor?: string;

  /** One protocol only. */
  @ChoiceField(PROTOCOLS, { optional: true })
  protocol?: (typeof PROTOCOLS)[number];

  /** Id, label, kind, or `kind:id` of a principal. */
  @TextField({ max: MAX_PRINCIPAL, optional: true, example: 'host:3274d5' })
  principal?: string;

  /** Name of a node. */
  @TextField({ max: 64, optional: true })
  node?: string;
}

class PrincipalDto {
  @ApiProperty({ example: 'host' })
  kind!: string;

  @ApiProperty({ example: '3274d5' })
  id!: string;

  @ApiProperty({ example: 'Planetarium: host' })
  label!: string;
}

export class ConnectionDto {
  @ApiProperty({ example: '9f86d081884c7d65-1a' })
  id!: string;

  @ApiProperty({ enum: PROTOCOLS, example: 'services' })
  protocol!: string;

  @ApiProperty({ enum: ['websocket', 'polling'], example: 'websocket' })
  transport!: string;

  @ApiProperty({ type: PrincipalDto, nullable: true, description: '`null` until it has said who it is.' })
  principal!: PrincipalDto | null;

  @ApiProperty({ example: '9f86d081884c7d65' })
  node!: string;

  @ApiProperty({ example: '192.0.2.7' })
  address!: string;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  connectedAt!: string;

  static from(connection: LiveConnection, node: string): ConnectionDto {
    const { principal } = connection;
    return {
      id: `${node}-${connection.serial.toString(36)}`,
      protocol: connection.protocol,
      transport: connection.transport,
      principal: principal && { kind: principal.kind, id: principal.id, label: principal.label },
      node,
      address: connection.address,
      connectedAt: new Date(connection.connectedAt).toISOString(),
    };
  }
}

export class ConnectionPage extends PageOf(ConnectionDto) {}
