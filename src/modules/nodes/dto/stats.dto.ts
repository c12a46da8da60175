import { ApiProperty } from '@nestjs/swagger';
import { type ProtocolTraffic, WINDOW_SECONDS } from '../status/traffic-rates.service.js';

export class TrafficDto implements ProtocolTraffic {
  @ApiProperty({ type: 'integer', format: 'int32', example: 120, description: 'Open sockets.' })
  connections!: number;

  /** Messages received since the nodes started. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 84_211 })
  messagesIn!: number;

  /** Messages sent since the nodes started. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 902_113 })
  messagesOut!: number;

  @ApiProperty({ type: 'integer', format: 'int64', example: 10_330_112, description: 'Payload bytes received.' })
  bytesIn!: number;

  @ApiProperty({ type: 'integer', format: 'int64', example: 118_022_301, description: 'Bytes sent.' })
  bytesOut!: number;

  /** Messages received per second. */
  @ApiProperty({ type: 'number', format: 'double', example: 41.5 })
  messagesInPerSecond!: number;

  /** Messages sent per second. */
  @ApiProperty({ type: 'number', format: 'double', example: 430.25 })
  messagesOutPerSecond!: number;

  /** Bytes received per second. */
  @ApiProperty({ type: 'number', format: 'double', example: 5_112.5 })
  bytesInPerSecond!: number;

  /** Bytes sent per second. */
  @ApiProperty({ type: 'number', format: 'double', example: 53_820 })
  bytesOutPerSecond!: number;
}

export class ProtocolStatsDto extends TrafficDto {
  /** The message language it speaks. */
  @ApiProperty({ example: 'rooms' })
  protocol!: string;
}

export class StatsDto {
  @ApiProperty({ type: 'integer', format: 'int32', example: 3, description: 'Live nodes that the numbers cover.' })
  nodes!: number;

  /** Ids of live nodes that did not answer in time; the numbers do not include theirs. */
  @ApiProperty({ type: [String], example: [] })
  missing!: string[];

  @ApiProperty({ type: 'integer', format: 'int32', example: WINDOW_SECONDS, description: 'What rates are taken over.' })
  windowSeconds!: number;

  @ApiProperty({ type: TrafficDto, description: 'Over all protocols.' })
  total!: TrafficDto;

  /** One item per protocol. */
  @ApiProperty({ type: [ProtocolStatsDto] })
  protocols!: ProtocolStatsDto[];

  static from(answers: readonly Readonly<Record<string, ProtocolTraffic>>[], missing: readonly string[]): StatsDto {
    const names = [...new Set(answers.flatMap((answer) => Object.keys(answer)))].sort();
    const protocols = names.map((protocol) => ({
      protocol,
      ...sum(answers.flatMap((answer) => answer[protocol] ?? [])),
    }));
    return {
      nodes: answers.length,
      missing: [...missing],
      windowSeconds: WINDOW_SECONDS,
      total: sum(protocols),
      protocols,
    };
  }
}

function sum(parts: readonly TrafficDto[]): TrafficDto {
  const result = new TrafficDto();
  for (const member of Object.keys(result) as (keyof TrafficDto)[]) {
    const total = parts.reduce((before, part) => before + part[member], 0);
    result[member] = Math.round(total * 100) / 100;
  }
  return result;
}
