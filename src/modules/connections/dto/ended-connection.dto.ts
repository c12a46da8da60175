import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { type EndedConnection } from '../connection-snapshot.js';
import { ApiMissing, ConnectionDto } from './connection.dto.js';

export class EndedConnectionDto extends ConnectionDto {
  /** When it ended. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T13:00:00.000Z' })
  endedAt!: string;

  @ApiChoice(
    { name: 'ConnectionEnder', values: ['server', 'client'] },
    { example: 'server', description: '`client`: also when the network between them failed.' },
  )
  endedBy!: string;

  /** Close code, 1006 when the socket was lost; `null` if the transport has none. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 4_008 })
  code!: number | null;

  /** In words, if there are any. */
  @ApiProperty({ type: 'string', nullable: true, example: 'too slow, come back and recover' })
  reason!: string | null;

  static of(ended: EndedConnection, node: string): EndedConnectionDto {
    const { endedAt, endedBy, code, reason } = ended;
    return { ...ConnectionDto.from(ended, node), endedAt: new Date(endedAt).toISOString(), endedBy, code, reason };
  }
}

export class EndedConnectionPage extends PageOf(EndedConnectionDto) {
  @ApiMissing()
  missing!: string[];
}
