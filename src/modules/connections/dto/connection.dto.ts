import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { ApiChoice, type Choice } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { connectionId } from '../../realtime/connection-id.js';
import { type ConnectionSnapshot } from '../connection-snapshot.js';
import { PROTOCOL } from './connection-query.dto.js';

const TRANSPORT: Choice = { name: 'Transport', values: ['websocket', 'polling', 'sse'] };

const PLACE = { type: 'string', nullable: true } as const;
const COUNT = { type: 'integer', format: 'int64' } as const;

class PrincipalDto {
  /** What it is, e.g. `host`, `guest`, `endpoint`, `holder` (of a token or ticket for rooms), `user`, `device`, `peer`, `iota`. */
  @ApiProperty({ example: 'host' })
  kind!: string;

  /** Unique among its kind. */
  @ApiProperty({ example: '3274d5' })
  id!: string;

  /** For people to read. */
  @ApiProperty({ example: 'Planetarium: host' })
  label!: string;
}

export class ConnectionDto {
  /** The id by which the connection is closed and revoked. */
  @ApiProperty({ example: '9f86d081884c7d65-1a' })
  id!: string;

  /** The message language it speaks. */
  @ApiChoice(PROTOCOL, { example: 'services' })
  protocol!: string;

  /** How it is connected. */
  @ApiChoice(TRANSPORT, { example: 'websocket' })
  transport!: string;

  @ApiProperty({ type: PrincipalDto, nullable: true, description: '`null` until it is authenticated.' })
  principal!: PrincipalDto | null;

  /** Name of the node it is on. */
  @ApiProperty({ example: '9f86d081884c7d65' })
  node!: string;

  /** The client's address, also behind trusted proxies. */
  @ApiProperty({ example: '192.0.2.7' })
  address!: string;

  /** What the client calls itself (`User-Agent`). */
  @ApiProperty({ ...PLACE, example: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' })
  userAgent!: string | null;

  /** When it connected. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  connectedAt!: string;

  /** When it was authenticated; `null` until then. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-01T12:00:00.000Z' })
  admittedAt!: string | null;

  /** When something was last sent either way, not counting heartbeats. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:34:56.000Z' })
  lastActiveAt!: string;

  /** Messages it has sent. */
  @ApiProperty({ ...COUNT, example: 17 })
  messagesIn!: number;

  /** Messages it was sent. */
  @ApiProperty({ ...COUNT, example: 4_711 })
  messagesOut!: number;

  /** Payload bytes it has sent. */
  @ApiProperty({ ...COUNT, example: 2_048 })
  bytesIn!: number;

  /** Bytes it was sent. */
  @ApiProperty({ ...COUNT, example: 1_048_576 })
  bytesOut!: number;

  /** Bytes waiting for the client to read; above `OUTBOUND_LIMIT_BYTES` the connection is closed. */
  @ApiProperty({ ...COUNT, example: 0 })
  waitingBytes!: number;

  /** Channels of the server it listens on. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 3 })
  channels!: number;

  /** Id of the application whose room it is in. */
  @ApiProperty({ ...PLACE, example: null })
  application!: string | null;

  /** Name of the room it is in. */
  @ApiProperty({ ...PLACE, example: null })
  room!: string | null;

  /** Id of the service it is in. */
  @ApiProperty({ ...PLACE, example: '1' })
  service!: string | null;

  /** Id of the session of a host or guest. */
  @ApiProperty({ ...PLACE, example: '9f86d081884c7d65' })
  session!: string | null;

  /** Id of a circle it is in. */
  @ApiProperty({ ...PLACE, example: null })
  circle!: string | null;

  /** Id of the account behind it. */
  @ApiProperty({ ...PLACE, example: null })
  account!: string | null;

  static from(connection: ConnectionSnapshot, node: string): ConnectionDto {
    const { places, admittedAt } = connection;
    return toDto(ConnectionDto, {
      ...connection,
      id: connectionId(node, connection.serial),
      node,
      connectedAt: new Date(connection.connectedAt),
      admittedAt: admittedAt === null ? null : new Date(admittedAt),
      lastActiveAt: new Date(connection.lastActiveAt),
      waitingBytes: connection.queuedBytes,
      application: places.application?.[0] ?? null,
      room: places.room?.[0] ?? null,
      service: places.service?.[0] ?? null,
      session: places.session?.[0] ?? null,
      circle: places.circle?.[0] ?? null,
      account: places.account?.[0] ?? null,
    });
  }
}

/** Whose connections are not among the items. */
export const ApiMissing = (): PropertyDecorator =>
  ApiProperty({
    type: [String],
    example: [],
    description: 'Names of live nodes that did not answer in time; the items do not include theirs.',
  });

export class ConnectionPage extends PageOf(ConnectionDto) {
  @ApiProperty({ type: 'integer', format: 'int32', example: 1, description: 'How many match on all pages.' })
  total!: number;

  @ApiMissing()
  missing!: string[];
}
