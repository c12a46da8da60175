import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../../../common/http/paging/page.dto.js';
import { type SessionSummary } from '../service-admin.service.js';

export class ServiceSessionDto {
  /** The session's id. */
  @ApiProperty({ example: '9f86d081884c7d65' })
  id!: string;

  /** `null` on a service without public codes, and for the role `viewer`. */
  @ApiProperty({ type: 'string', nullable: true, example: 'HRSC' })
  code!: string | null;

  /** When its host connected. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  startedAt!: string;

  /** User id of the host; `null` while the session waits for it to come back. */
  @ApiProperty({ type: 'string', nullable: true, example: '3274d5' })
  host!: string | null;

  /** Clients of the service. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 2 })
  clients!: number;

  /** Guests of this session. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 40 })
  guests!: number;

  static from({ startedAt, code, ...session }: SessionSummary, showsCode: boolean): ServiceSessionDto {
    return { ...session, code: showsCode ? code : null, startedAt: startedAt.toISOString() };
  }
}

export class ServiceSessionPage extends PageOf(ServiceSessionDto) {}
