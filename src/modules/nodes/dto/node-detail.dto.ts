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
  /** Median delay of what was due, in milliseconds. */
  @ApiProperty({ ...DOUBLE, example: 0.4 })
  p50Ms!: number;

  /** 99th percentile of the delay of what was due, in milliseconds. */
  @ApiProperty({ ...DOUBLE, example: 6.2 })
  p99Ms!: number;
}

export class NodeBusDto {
  /** As found by the node's own probe, every second. */
  @ApiChoice({ name: 'BusState', values: BUS_STATES }, { example: 'ok' })
  state!: string;

  /** Milliseconds since the node last received one of its own messages; `null` = never. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 640 })
  heardMsAgo!: number | null;
}

export class NodeQueuesDto {
  /** Received messages that wait for their turn. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 0 })
  inboundMessages!: number;

  /** Bytes waiting for slow readers. */
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

  /** Round-trip time of the last heartbeat in milliseconds; `null` when it did not arrive. */
  @ApiProperty({ ...DOUBLE, nullable: true, example: 1.3 })
  latencyMs!: number | null;
}

export class NodeDetailDto extends NodeDto {
  /** When it reported what follows; its state and connections may be newer. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  measuredAt!: string;

  /** Seconds since its process started. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 86_400 })
  uptimeSeconds!: number;

  /** Resources that its process uses. */
  @ApiProperty({ type: NodeMemoryDto })
  memory!: NodeMemoryDto;

  /** CPU use of its process over the last seconds, in cores; above 1 if it uses several. */
  @ApiProperty({ ...DOUBLE, example: 0.23 })
  cpu!: number;

  /** Delay of its event loop, over the last ten seconds. */
  @ApiProperty({ type: NodeLoopDto })
  eventLoop!: NodeLoopDto;

  /** What carries messages between nodes. */
  @ApiProperty({ type: NodeBusDto })
  bus!: NodeBusDto;

  /** What is queued in it. */
  @ApiProperty({ type: NodeQueuesDto })
  queues!: NodeQueuesDto;

  /** Whether frames are sent in native calls, one per turn (`NATIVE_SEND`). */
  @ApiProperty({ example: true })
  nativeSend!: boolean;

  /** Its connection to PostgreSQL. */
  @ApiProperty({ type: NodeLinkDto })
  database!: NodeLink;

  /** Its connection to Redis; `null` if there is only one node. */
  @ApiProperty({ type: NodeLinkDto, nullable: true })
  redis!: NodeLink | null;

  static of(status: NodeStatus, { at, ...summary }: NodeSummary): NodeDetailDto {
    return { ...NodeDto.from(status), measuredAt: new Date(at).toISOString(), ...summary };
  }
}
