import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../common/http/dto.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { type Login } from '../../../entities/accounts/login.entity.js';

export class AccountLoginDto {
  /** The id by which it is ended. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 12 })
  id!: number;

  /** When it began, with a password. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it last got tokens, which live for 15 minutes. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-03T08:15:00.000Z' })
  lastUsedAt!: string;

  /** The address it was requested from. */
  @ApiProperty({ type: 'string', nullable: true, example: '192.0.2.7' })
  address!: string | null;

  /** What that client called itself (`User-Agent`). */
  @ApiProperty({ type: 'string', nullable: true, example: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' })
  userAgent!: string | null;

  /** Whether this is the login that asks. */
  @ApiProperty({ example: false })
  current!: boolean;

  static from(login: Login, askedBy: number | undefined): AccountLoginDto {
    return toDto(AccountLoginDto, { ...login, current: login.id === askedBy });
  }
}

export class AccountLoginPage extends PageOf(AccountLoginDto) {}
