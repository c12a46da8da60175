import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { NODE_STATES, type NodeStatus } from '../status/node-status.js';

export class NodeDto {
  @ApiProperty({
    example: '9f86d081884c7d65',
    description: 'As in the `node` of a connection; another one after a restart.',
  })
  id!: string;

  @ApiProperty({ example: 'http://node-1.example.org:3000', description: '`NODE_URL`, else `PUBLIC_URL`.' })
  url!: string;

  /** When its process began. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  startedAt!: string;

  @ApiChoice(
    { name: 'NodeState', values: NODE_STATES },
    {
      example: 'ready',
      description:
        '`degraded`: something that all nodes share is away. `deaf`: it is cut off from the bus that others have.',
    },
  )
  state!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer', format: 'int32' },
    example: { services: 120, rooms: 3_400 },
    description: 'Open sockets by protocol.',
  })
  connections!: Readonly<Record<string, number>>;

  /** Of the program. */
  @ApiProperty({ example: '0.1.0' })
  version!: string;

  @ApiProperty({
    type: 'number',
    format: 'double',
    example: 0.07,
    description: 'Busy share of its event loop, 0 to 1.',
  })
  load!: number;

  static from({ name, url, startedAt, state, connections, version, load }: NodeStatus): NodeDto {
    return { id: name, url, startedAt: new Date(startedAt).toISOString(), state, connections, version, load };
  }
}

export class NodeList extends PageOf(NodeDto) {}
