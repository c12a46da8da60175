import { ApiProperty } from '@nestjs/swagger';
import { Field } from '../../../common/http/input/fields.js';
import { identityFault } from '../../../common/http/input/text-rules.js';
import { MAX_CHARACTERS } from '../../../common/text/characters.js';
import { type RoomRights, roomRightsFault } from './room-rights.js';

const RIGHTS_SCHEMA = {
  type: 'object',
  // The same enum as for endpoints.
  additionalProperties: { $ref: '#/components/schemas/Permissions' },
  minProperties: 1,
  maxProperties: 1_000,
};

/** Only applications say more than that they want one. */
export class CreateTicketRequest {
  /** The name others see; absent = the application's. */
  @Field(
    'identity',
    identityFault,
    { type: 'string', maxLength: MAX_CHARACTERS.identity },
    {
      optional: true,
      example: 'alice',
    },
  )
  identity?: string;

  /** What its holder may do in which rooms, by name or by beginning with `*`; absent = everything in all of them. */
  @Field('rooms', roomRightsFault, RIGHTS_SCHEMA as object, { optional: true, example: { 'team-*': 'readwrite' } })
  rooms?: RoomRights;
}

export class TicketDto {
  /** Valid once, for one socket or event stream. */
  @ApiProperty({ example: 'sbt_account_rD3kZ8vQx1yT5bNcW7pLsJ2mHgFqUeRoVtXiKaZwEyM' })
  ticket!: string;

  /** Seconds within which it must be used. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 30 })
  expiresIn!: number;
}
