import { ApiProperty } from '@nestjs/swagger';
import { NameField } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';

const MAX_NAME = 100;

export class CreateApplicationRequest {
  /** Unique. Also what the application is called where it speaks for itself. */
  @NameField({ max: MAX_NAME, example: 'chat-backend' })
  name!: string;
}

/** Absent members stay as they are. */
export class UpdateApplicationRequest {
  /** Unique. */
  @NameField({ max: MAX_NAME, optional: true, example: 'chat-backend' })
  name?: string;
}

export class ApplicationDto {
  /** The application's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** Unique. */
  @ApiProperty({ example: 'chat-backend' })
  name!: string;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it was last changed. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  updatedAt!: string;
}

/** A new application with its first key, which is shown only once. */
export class NewApplicationDto extends ApplicationDto {
  /** Shown only once. */
  @ApiProperty({ example: 'sb_Zk3v…' })
  apiKey!: string;
}

export class ApplicationPage extends PageOf(ApplicationDto) {}

export class ApplicationKeyDto {
  /** The key's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id!: number;

  /** The beginning of the key. */
  @ApiProperty({ example: 'sb_Zk3v9QwE' })
  prefix!: string;

  /** When it was made. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** To the minute; `null` = never. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-02T08:30:00.000Z' })
  lastUsedAt!: string | null;
}

/** A new key, which is shown only once. */
export class NewApplicationKeyDto extends ApplicationKeyDto {
  /** Shown only once. */
  @ApiProperty({ example: 'sb_Zk3v…' })
  apiKey!: string;
}

export class ApplicationKeyPage extends PageOf(ApplicationKeyDto) {}
