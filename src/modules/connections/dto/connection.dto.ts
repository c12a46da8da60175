import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice, type Choice, ChoiceField, Field, NameField, TextField } from '../../../common/http/input/fields.js';
import { LimitQuery, PageOf } from '../../../common/http/paging/page.dto.js';
import { PROTOCOLS } from '../../realtime/connection.js';
import { type ConnectionPlaces, type LiveConnection } from '../../realtime/fan-out/connection-directory.js';
import { connectionId } from '../../realtime/connection-id.js';
import { decodePlace } from '../connection-place.js';

const PROTOCOL: Choice = { name: 'Protocol', values: PROTOCOLS };
const TRANSPORT: Choice = { name: 'Transport', values: ['websocket', 'polling'] };
const MAX_PRINCIPAL = 300;
const MAX_PLACE = 254;

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
  @ChoiceField(PROTOCOL, { optional: true })
  protocol?: (typeof PROTOCOLS)[number];

  /** Id, label, kind, or `kind:id` of a principal. */
  @TextField({ max: MAX_PRINCIPAL, optional: true, example: 'host:3274d5' })
  principal?: string;

  /** Name of a node. */
  @TextField({ max: 64, optional: true })
  node?: string;

  /** Id of an application: sockets in its rooms. */
  @TextField({ max: MAX_PLACE, optional: true, example: '1' })
  application?: string;

  /** Name or id of a room. */
  @TextField({ max: MAX_PLACE, optional: true, example: 'lobby' })
  room?: string;

  /** Id or title of a service. */
  @TextField({ max: MAX_PLACE, optional: true, example: 'Planetarium' })
  service?: string;

  /** Id or code of a service's session. */
  @TextField({ max: MAX_PLACE, optional: true, example: 'HRSC' })
  session?: string;

  /** Id of a circle: its devices, and who has joined it. */
  @TextField({ max: MAX_PLACE, optional: true, example: '3' })
  circle?: string;

  /** Id or email of an account. */
  @TextField({ max: MAX_PLACE, optional: true, example: 'ada@example.org' })
  account?: string;

  /** Address of a client, as it is listed. */
  @TextField({ max: 64, optional: true, example: '192.0.2.7' })
  address?: string;

  /** Words that must all occur in what is known of a connection, in any case. */
  @NameField({ max: MAX_PLACE, optional: true, example: 'planetarium guest' })
  q?: string;
}

const PLACE = { type: 'string', nullable: true } as const;

class PrincipalDto {
  /** What it is, e.g. `host`, `guest`, `endpoint`, `user`, `device`, `peer`, `iota`. */
  @ApiProperty({ example: 'host' })
  kind!: string;

  /** Unique among those of its kind. */
  @ApiProperty({ example: '3274d5' })
  id!: string;

  /** For people to read. */
  @ApiProperty({ example: 'Planetarium: host' })
  label!: string;
}

export class ConnectionDto {
  /** What the connection is closed and revoked by. */
  @ApiProperty({ example: '9f86d081884c7d65-1a' })
  id!: string;

  /** The message language it speaks. */
  @ApiChoice(PROTOCOL, { example: 'services' })
  protocol!: string;

  /** How it is connected. */
  @ApiChoice(TRANSPORT, { example: 'websocket' })
  transport!: string;

  @ApiProperty({ type: PrincipalDto, nullable: true, description: '`null` until it has said who it is.' })
  principal!: PrincipalDto | null;

  /** Name of the node it is on. */
  @ApiProperty({ example: '9f86d081884c7d65' })
  node!: string;

  /** The client's address, behind trusted proxies too. */
  @ApiProperty({ example: '192.0.2.7' })
  address!: string;

  /** When it connected. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  connectedAt!: string;

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

  static from(connection: LiveConnection, node: string, places: ConnectionPlaces): ConnectionDto {
    const { principal } = connection;
    return {
      id: connectionId(node, connection.serial),
      protocol: connection.protocol,
      transport: connection.transport,
      principal: principal && { kind: principal.kind, id: principal.id, label: principal.label },
      node,
      address: connection.address,
      connectedAt: new Date(connection.connectedAt).toISOString(),
      application: places.application?.[0] ?? null,
      room: places.room?.[0] ?? null,
      service: places.service?.[0] ?? null,
      session: places.session?.[0] ?? null,
      circle: places.circle?.[0] ?? null,
      account: places.account?.[0] ?? null,
    };
  }
}

export class ConnectionPage extends PageOf(ConnectionDto) {}
