import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { ABSENT_THINGS } from '../../health/absences.service.js';
import { NODE_STATES, type NodeAbsence, type NodeStatus } from '../status/node-status.js';

const AWAY = [...ABSENT_THINGS, 'node'] as const;

export class SilentNodeDto {
  /** What it was called. */
  @ApiProperty({ example: '9f86d081884c7d65' })
  id!: string;

  /** Where it was reached. */
  @ApiProperty({ example: 'http://node-2.example.org:3000' })
  url!: string;
}

export class AwayDto implements NodeAbsence {
  /** `node`: another node fell silent; the others are as in readiness. */
  @ApiChoice({ name: 'AwayThing', values: AWAY }, { example: 'redis' })
  what!: (typeof AWAY)[number];

  /** When it disappeared, as this node noticed. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  since!: string;

  /** Which node, where it is one. */
  @ApiProperty({ type: SilentNodeDto, nullable: true })
  node!: SilentNodeDto | null;
}

export class NodeDto {
  /** As in the `node` of a connection; changes with a restart. */
  @ApiProperty({ example: '9f86d081884c7d65' })
  id!: string;

  @ApiProperty({ example: 'http://node-1.example.org:3000', description: '`NODE_URL`, else `PUBLIC_URL`.' })
  url!: string;

  /** When its process started. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  startedAt!: string;

  @ApiChoice(
    { name: 'NodeState', values: NODE_STATES },
    {
      example: 'ready',
      description:
        '`degraded`: something is unavailable to it, which `away` names. `deaf`: it is cut off from the bus that other nodes reach.',
    },
  )
  state!: string;

  /** Open sockets by protocol. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer', format: 'int32' },
    example: { services: 120, rooms: 3_400 },
  })
  connections!: Readonly<Record<string, number>>;

  /** Of the program. */
  @ApiProperty({ example: '0.1.0' })
  version!: string;

  /** Utilization of its event loop, 0 to 1. */
  @ApiProperty({ type: 'number', format: 'double', example: 0.07 })
  load!: number;

  @ApiProperty({
    type: [AwayDto],
    description:
      'What the node has to do without. Other nodes that fell silent are named until they are heard again, a newer one ' +
      'serves at their address, or a day has passed; they alone make no node `degraded`.',
  })
  away!: AwayDto[];

  static from({ name, startedAt, away, url, state, connections, version, load }: NodeStatus): NodeDto {
    const started = new Date(startedAt).toISOString();
    return { id: name, url, startedAt: started, state, connections, version, load, away: [...away] };
  }
}

export class NodeList extends PageOf(NodeDto) {}
