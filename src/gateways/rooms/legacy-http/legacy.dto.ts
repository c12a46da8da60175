import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { type Permissions } from '../../../modules/rooms/rooms.events.js';
import { PERMISSION } from '../../../modules/rooms/endpoints/endpoint.dto.js';

/* Bodies and answers of the legacy routes. They are for the document alone: those routes read and write by hand. */

export class LegacyCreateRoomRequest {
  /** Letters, digits, `-` and `_`. */
  @ApiProperty({ example: 'lobby' })
  room_name!: string;
}

export class LegacyRoomList {
  /** Names of the rooms. */
  @ApiProperty({ type: [String], example: ['lobby', 'stage'] })
  rooms!: string[];
}

class LegacyListedEndpointDto {
  /** The only credential of its sockets. */
  @ApiProperty({ pattern: '^[A-Za-z0-9]{100}$', example: 'rD3kZ8vQx1'.repeat(10) })
  code!: string;

  /** What its sockets may do in the room. */
  @ApiChoice(PERMISSION, { example: 'readwrite' })
  permissions!: Permissions;

  /** What others see of it. */
  @ApiProperty({ example: 'Anonymous' })
  identity!: string;
}

export class LegacyEndpointDto extends LegacyListedEndpointDto {
  /** Name of its room. */
  @ApiProperty({ example: 'lobby' })
  room!: string;
}

export class LegacyNewEndpointDto extends LegacyListedEndpointDto {
  /** Name of its room. */
  @ApiProperty({ example: 'lobby' })
  room_name!: string;
}

export class LegacyEndpointRequest extends OmitType(LegacyNewEndpointDto, ['code', 'identity']) {
  /** What others see of it; absent = `Anonymous`. */
  @ApiProperty({ required: false, example: 'alice' })
  identity?: string;
}

export class LegacyEndpointList {
  /** In the order they were made. */
  @ApiProperty({ type: [LegacyListedEndpointDto] })
  endpoints!: LegacyListedEndpointDto[];
}
