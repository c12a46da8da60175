import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice, BooleanField, IntegerField, TextField } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { ROOM_NAME_PATTERN } from '../room-name.js';
import { PERMISSIONS, type Permissions, type PresentMember } from '../rooms.events.js';

const MAX_HISTORY = 1_000_000_000;
const MAX_DAYS = 36_500;
const NAME = { max: 100, pattern: new RegExp(ROOM_NAME_PATTERN), example: 'lobby' } as const;

/** What a room may be told besides its name. Absent members keep their value or default. */
class RoomOptionsRequest {
  /** Whether messages are kept, so that returning clients miss nothing. */
  @BooleanField({ optional: true, default: false, example: true })
  durable?: boolean;

  /** Maximum number of messages kept; `null` for no limit. */
  @IntegerField({ min: 1, max: MAX_HISTORY, optional: true, nullable: true, default: null, example: 10_000 })
  historyLimit?: number | null;

  /** Days for which messages are kept; `null` for ever. */
  @IntegerField({ min: 1, max: MAX_DAYS, optional: true, nullable: true, default: null, example: 30 })
  retentionDays?: number | null;
}

export class CreateRoomRequest extends RoomOptionsRequest {
  /** Unique in the application: letters, digits, `-` and `_`. */
  @TextField(NAME)
  name!: string;
}

/** Absent members stay as they are. Live sockets follow at once. */
export class UpdateRoomRequest extends RoomOptionsRequest {
  /** Unique in the application: letters, digits, `-` and `_`. */
  @TextField({ ...NAME, optional: true })
  name?: string;
}

export class RoomDto {
  /** Unique in the application. */
  @ApiProperty({ example: 'lobby' })
  name!: string;

  /** Whether messages are kept. */
  @ApiProperty({ example: true })
  durable!: boolean;

  /** Maximum number of messages kept; `null` = no limit. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 10_000 })
  historyLimit!: number | null;

  /** Days for which messages are kept; `null` = for ever. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: null })
  retentionDays!: number | null;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it was last changed. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  updatedAt!: string;
}

export class RoomPage extends PageOf(RoomDto) {}

export class PresentMemberDto implements PresentMember {
  /** What others see of it. */
  @ApiProperty({ example: 'alice' })
  identity!: string;

  /** What it may do in the room. */
  @ApiChoice({ name: 'Permissions', values: PERMISSIONS }, { example: 'readwrite' })
  permissions!: Permissions;

  /** When it connected. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  connectedAt!: string;
}

/** Who is connected now, one item per socket, in the order they came. */
export class RoomPresenceDto extends PageOf(PresentMemberDto) {
  /** Of all of them, also on other pages. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  count!: number;
}
