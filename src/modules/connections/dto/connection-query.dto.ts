import { IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  type Choice,
  ChoiceField,
  Field,
  IntegerField,
  NameField,
  TextField,
} from '../../../common/http/input/fields.js';
import { toNumber } from '../../../common/http/input/numbers.js';
import { LimitQuery } from '../../../common/http/paging/page.dto.js';
import { PROTOCOLS } from '../../realtime/connection.js';
import { decodePlace } from '../connection-place.js';

export const PROTOCOL: Choice = { name: 'Protocol', values: PROTOCOLS };
const MAX_PRINCIPAL = 300;
const MAX_PLACE = 254;

const MAX_CURSOR = 128;
const MOST_CONNECTIONS = 100_000_000;
const MOST_CODE = 4_999;

const cursorFault = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= MAX_CURSOR && decodePlace(value) !== undefined
    ? undefined
    : 'must be a cursor that a list answered';

/** Which connections are meant: those that match all that is given. */
class ConnectionFilterQuery {
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

  /** Address of a client, as listed. */
  @TextField({ max: 64, optional: true, example: '192.0.2.7' })
  address?: string;

  /** Words that must all occur in what is known about a connection, case-insensitive. */
  @NameField({ max: MAX_PLACE, optional: true, example: 'planetarium guest' })
  q?: string;
}

export class ConnectionQuery extends IntersectionType(LimitQuery, ConnectionFilterQuery) {
  /** `nextCursor` of the previous page. */
  @Field('cursor', cursorFault, { type: 'string', maxLength: MAX_CURSOR }, { optional: true })
  cursor?: string;
}

export class EndedConnectionQuery extends ConnectionQuery {
  /** Close code. */
  @Transform(toNumber)
  @IntegerField({ min: 1_000, max: MOST_CODE, optional: true, example: 4_008 })
  code?: number;
}

export class ConnectionsToClose extends ConnectionFilterQuery {
  /** How many they are, the `total` of the list; if the number has changed since, none is closed. */
  @Transform(toNumber)
  @IntegerField({ min: 0, max: MOST_CONNECTIONS, example: 3 })
  expect!: number;
}
