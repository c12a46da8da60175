import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { type NodeStatus } from '../status/node-status.js';
import { type NodeLink, type NodeSummary } from '../status/node-summaries.service.js';
import { NodeDto } from './node.dto.js';

const BYTES = { type: 'integer', format: 'int64' } as const;
const DOUBLE = { type: 'number', format: 'double' } as const;
const BUS_STATES = ['none', 'ok', 'away', 'deaf'] as const;

export class NodeMemoryDto {
  /** Bytes of memory the process has. */
  @ApiProperty({ ...BYTES, example: 189_243_392 })
  rss!: number;

  /** Bytes of its heap that are in use. */
  @ApiProperty({ ...BYTES, example: 71_303_168 })
  heapUsed!: number;

  /** Bytes of its heap. */
  @ApiProperty({ ...BYTES, example: 96_468_992 })
  heapTotal!: number;
}

export class NodeLoopDto {
  /** Half of what was due ran later than this, in milliseconds. */
  @ApiProperty({ ...DOUBLE, example: 0.4 })
  p50Ms!: number;

  /** One in a hundred of what was due ran later than this, in milliseconds. */
  @ApiProperty({ ...DOUBLE, example: 6.2 })
  p99Ms!: number;
}

export class NodeBusDto {
  /** As the node's own probe finds it, each second. */
  @ApiChoice({ name: 'BusState', values: BUS_STATES }, { example: 'ok' })
  state!: string;

  /** Milliseconds since it last carried a message of the node's own back to it; `null` = never. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 640 })
  heardMsAgo!: number | null;
}

export class NodeQueuesDto {
  /** Received messages that wait for their turn. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 0 })
  inboundMessages!: number;

  /** Bytes that wait for slow readers. */
  @ApiProperty({ ...BYTES, example: 18_211 })
  outboundBytes!: number;

  /** Characters of messages that wait to be stored. */
  @ApiProperty({ ...BYTES, example: 0 })
  storeCharacters!: number;
}

export class NodeLinkDto {
  /** Whether it is there. */
  @ApiProperty({ example: true })
  up!: boolean;

  /** Milliseconds of the last heartbeat there and back; `null` when that did not arrive. */
  @ApiProperty({ ...DOUBLE, nullable: true, example: 1.3 })
  latencyMs!: number | null;
}

export class NodeDetailDto extends NodeDto {
  /** When it said what follows; its state and connections may be newer. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  measuredAt!: string;

  /** Seconds since its process began. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 86_400 })
  uptimeSeconds!: number;

  /** What its process takes. */
  @ApiProperty({ type: NodeMemoryDto })
  memory!: NodeMemoryDto;

  /** Share of one core that its process used over the last seconds; above 1 on several. */
  @ApiProperty({ ...DOUBLE, example: 0.23 })
  cpu!: number;

  /** How late its event loop runs what is due, over the last ten seconds. */
  @ApiProperty({ type: NodeLoopDto })
  eventLoop!: NodeLoopDto;

  /** What carries messages between nodes. */
  @ApiProperty({ type: NodeBusDto })
  bus!: NodeBusDto;

  /** What waits in it. */
  @ApiProperty({ type: NodeQueuesDto })
  queues!: NodeQueuesDto;

  /** Whether frames leave in native calls, one a turn (`NATIVE_SEND`). */
  @ApiProperty({ example: true })
  nativeSend!: boolean;

  /** Its link to PostgreSQL. */
  @ApiProperty({ type: NodeLinkDto })
  database!: NodeLink;

  /** Its link to Redis; `null` where there is one node only. */
  @ApiProperty({ type: NodeLinkDto, nullable: true })
  redis!: NodeLink | null;

  static of(status: NodeStatus, { at, ...summary }: NodeSummary): NodeDetailDto {
    return { ...NodeDto.from(status), measuredAt: new Date(at).toISOString(), ...summary };
  }
}
